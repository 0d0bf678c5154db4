"""ring: holds one direction's bytes in numbered chunks until they may be forgotten; `put` allocates nothing.

All of it lives in one store. A chunk: length (2 bytes) | line errors, or that it tells of a loss (1) | stamp (2 + 4) |
bytes. The newest one is open: bytes are added to it until it is full or is sent. When there is no room, chunks that
the box has in its memory are forgotten first; then new bytes are counted, and the next chunk says how many were lost.
"""

import struct

from firmware_bridge.firmware.store import Store

CHUNK_BYTES = 256
HEAD_BYTES = 9
LOST_MARK = 0x80
LOST_BYTES = 4
LOST_ROOM = HEAD_BYTES + LOST_BYTES + HEAD_BYTES + 1
"""Free bytes before a loss is written down: the loss, and one byte behind it."""


class Ring:
    def __init__(self, size: int) -> None:
        self.size = size
        self._store = Store(size)
        self._tail = self._head = self._used = 0
        self._open = -1
        self._length = self._errors = 0
        self._unnamed = 0
        self.first = self.next = 0
        """Numbers of the oldest chunk held and of the one that will be closed next."""
        self.first_offset = self.next_offset = 0
        self.lost = self.overflows = self.errors = 0
        self._received = 0
        self._cursor = self._cursor_at = self._cursor_offset = 0
        self._open_head = bytearray(HEAD_BYTES)
        self._read_head = bytearray(HEAD_BYTES)
        self._count = bytearray(LOST_BYTES)
        self._one = bytearray(1)

    # The receive path: called between any two bytes of a busy line, so nothing here allocates.

    def put(self, data: bytearray, count: int, high: int, low: int, errors: int) -> None:
        """The first `count` bytes of `data` came at `high` * 2**30 + `low` microseconds."""
        if errors:
            self.errors += 1
        done = 0
        if not self.name_lost(high, low):
            self._lose(count)
            return
        while done < count:
            if self._open < 0 and not self._begin(high, low):
                break
            self._errors |= errors
            done = self._copy(data, done, count)
            if self._length == CHUNK_BYTES:
                self.close()
            elif done < count and not self._make_room(1):
                self.close()
                break
        if done < count:
            self.overflows += 1
            self._lose(count - done)

    def close(self) -> None:
        """Ends the open chunk, so that it can be sent."""
        if self._open >= 0 and self._length:
            self._close_as(self._errors)
            self.next_offset += self._length

    @property
    def is_open(self) -> bool:
        return self._open >= 0

    @property
    def is_losing(self) -> bool:
        """Bytes have found no room, and there is none yet to write that down."""
        return self._unnamed > 0

    @property
    def open_bytes(self) -> int:
        return self._length if self._open >= 0 else 0

    @property
    def used(self) -> int:
        return self._used

    def _copy(self, data: bytearray, at: int, count: int) -> int:
        """Bytes of `data` from `at` on into the open chunk, as many as fit; gives where it stopped."""
        taken = count - at
        taken = min(taken, CHUNK_BYTES - self._length)
        taken = min(taken, self.size - self._used)
        self._append(data, at, taken)
        self._length += taken
        return at + taken

    def _append(self, data: bytearray, at: int, count: int) -> None:
        whole = self.size - self._head
        if count < whole:
            self._store.write_at(self._head, data, at, count)
            self._head += count
        else:
            self._store.write_at(self._head, data, at, whole)
            self._head = count - whole
            if self._head:
                self._store.write_at(0, data, at + whole, self._head)
        self._used += count

    def _begin(self, high: int, low: int) -> bool:
        if not self._make_room(HEAD_BYTES + 1):
            return False
        self._open, self._length, self._errors = self._head, 0, 0
        head = self._open_head
        head[3] = high & 0xFF  # one by one: assigned together they would travel in a tuple
        head[4] = (high >> 8) & 0xFF
        head[5] = low & 0xFF
        head[6] = (low >> 8) & 0xFF
        head[7] = (low >> 16) & 0xFF
        head[8] = low >> 24
        self._append(head, 0, HEAD_BYTES)  # its place; length and errors are known when it is closed
        return True

    def _close_as(self, marks: int) -> None:
        head = self._open_head
        head[0], head[1], head[2] = self._length & 0xFF, self._length >> 8, marks
        after, used = self._head, self._used
        self._head = self._open
        self._append(head, 0, HEAD_BYTES)
        self._head, self._used, self._open = after, used, -1
        self.next += 1

    def _make_room(self, count: int) -> bool:
        """Forgets what the box has in its memory, oldest first, if that helps."""
        while self.size - self._used < count:
            if self.first >= self._received or self.first >= self.next:
                return False
            self._forget_first()
        return True

    def _lose(self, count: int) -> None:
        self._unnamed += count
        self.lost += count

    def name_lost(self, high: int, low: int) -> bool:
        """Writes down how many bytes found no room, if any did; False while there is none for that either."""
        if not self._unnamed:
            return True
        if not self._make_room(LOST_ROOM):
            return False
        self.close()
        self._begin(high, low)
        count, at = self._unnamed, 0
        while at < LOST_BYTES:
            self._count[at] = count & 0xFF
            count >>= 8
            at += 1
        self._append(self._count, 0, LOST_BYTES)
        self._length = LOST_BYTES
        self._close_as(LOST_MARK)
        self.next_offset += self._unnamed
        self._unnamed = 0
        return True

    def _step(self, at: int, count: int) -> int:
        at += count
        return at - self.size if at >= self.size else at

    def _forget_first(self) -> None:
        length = self._head_at(self._tail)
        self.first_offset += self._raw_length(self._tail, length)
        self._tail = self._step(self._tail, HEAD_BYTES + length)
        self._used -= HEAD_BYTES + length
        self.first += 1
        if self._cursor < self.first:
            self._cursor, self._cursor_at, self._cursor_offset = self.first, self._tail, self.first_offset

    def _head_at(self, at: int) -> int:
        """Reads a chunk's head; gives its length."""
        self._read(at, self._read_head, HEAD_BYTES)
        return self._read_head[0] | self._read_head[1] << 8

    def _raw_length(self, at: int, length: int) -> int:
        """Bytes of the line that the chunk whose head was just read stands for."""
        if not self._read_head[2] & LOST_MARK:
            return length
        self._read(self._step(at, HEAD_BYTES), self._count, LOST_BYTES)
        raw, index = 0, LOST_BYTES
        while index:
            index -= 1
            raw = raw << 8 | self._count[index]
        return raw

    def _read(self, at: int, into: bytearray, count: int) -> None:
        whole = self.size - at
        if count <= whole:
            self._store.read_at(at, into, count)
            return
        at = 0  # two pieces, byte by byte: only a head or a count, and rarely
        while at < count:
            self._store.read_at(at - whole if at >= whole else self.size - whole + at, self._one, 1)
            into[at] = self._one[0]
            at += 1

    # The send path.

    def forget(self, durable: int, received: int) -> None:
        """Chunks before `durable` are safe; those before `received` may go when room is needed."""
        self._received = max(self._received, min(received, self.next))
        while self.first < durable and self.first < self.next:
            self._forget_first()

    def begin_again(self) -> None:
        """Another life of the box: what the one before had in its memory is gone."""
        self._received = self.first
        self.rewind(self.first)

    def rewind(self, number: int) -> None:
        """The next chunk to send is `number`, or the nearest one that is held."""
        number = min(max(number, self.first), self.next)
        if number < self._cursor:
            self._cursor, self._cursor_at, self._cursor_offset = self.first, self._tail, self.first_offset
        while self._cursor < number:
            self._pass()

    @property
    def unsent(self) -> int:
        """Closed chunks that were not sent yet."""
        return self.next - self._cursor

    def take(self) -> "tuple[int, int, bool, int, int, bytes] | None":
        """The next chunk to send: (number, offset, lost, errors, stamp in microseconds, bytes); None: all are sent."""
        if self._cursor >= self.next:
            return None
        at = self._cursor_at
        length = self._head_at(at)
        _, marks, high, low = struct.unpack("<HBHI", self._read_head)
        number, offset = self._cursor, self._cursor_offset
        payload = self._store.bytes_at(self._step(at, HEAD_BYTES), length, self.size)
        self._pass()
        return number, offset, bool(marks & LOST_MARK), marks & ~LOST_MARK, (high << 30) + low, payload

    def _pass(self) -> None:
        at = self._cursor_at
        length = self._head_at(at)
        self._cursor_offset += self._raw_length(at, length)
        self._cursor_at = self._step(at, HEAD_BYTES + length)
        self._cursor += 1
