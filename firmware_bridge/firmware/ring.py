"""ring: holds one direction's bytes in numbered chunks until they may be forgotten; `put` allocates nothing.

All of it lives in one bytearray. A chunk: length (2 bytes) | kind and line errors (1) | stamp (2 + 4) | bytes. The
newest one is open: bytes are added to it until it is full or is sent. When there is no room, chunks that the box has in
its memory are forgotten first; then new bytes are counted, and the next chunk says how many were lost.
"""

import struct

CHUNK_BYTES = 256
HEAD_BYTES = 9
LOST_MARK = 0x80
LOST_ROOM = HEAD_BYTES + 4 + HEAD_BYTES + 1
"""Free bytes before a loss is written down: the loss, and one byte behind it."""


class Ring:
    def __init__(self, size: int) -> None:
        self.size = size
        self._bytes = bytearray(size)
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
        self._head_buffer = bytearray(HEAD_BYTES)

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
            at = self._open
            self._bytes[at] = self._length & 0xFF
            self._bytes[self._step(at, 1)] = self._length >> 8
            self._bytes[self._step(at, 2)] = self._errors
            self._open = -1
            self.next += 1
            self.next_offset += self._length

    @property
    def is_open(self) -> bool:
        return self._open >= 0

    @property
    def open_bytes(self) -> int:
        return self._length if self._open >= 0 else 0

    @property
    def used(self) -> int:
        return self._used

    def _copy(self, data: bytearray, at: int, count: int) -> int:
        ring, head, size = self._bytes, self._head, self.size
        room = size - self._used
        room = min(room, CHUNK_BYTES - self._length)
        if count - at > room:
            count = at + room
        taken = count - at
        while at < count:
            ring[head] = data[at]
            head += 1
            if head == size:
                head = 0
            at += 1
        self._head = head
        self._used += taken
        self._length += taken
        return at

    def _begin(self, high: int, low: int) -> bool:
        if not self._make_room(HEAD_BYTES + 1):
            return False
        self._open, self._length, self._errors = self._head, 0, 0
        self._write_head(high, low)
        return True

    def _write_head(self, high: int, low: int) -> None:
        """All but length and errors, which `close` knows."""
        at = self._step(self._head, 3)
        for _ in range(2):
            self._bytes[at] = high & 0xFF
            high >>= 8
            at = self._step(at, 1)
        for _ in range(4):
            self._bytes[at] = low & 0xFF
            low >>= 8
            at = self._step(at, 1)
        self._head = at
        self._used += HEAD_BYTES

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
        start, count = self._head, self._unnamed
        self._write_head(high, low)
        self._bytes[start] = 4
        self._bytes[self._step(start, 1)] = 0
        self._bytes[self._step(start, 2)] = LOST_MARK
        for _ in range(4):
            self._bytes[self._head] = count & 0xFF
            count >>= 8
            self._head = self._step(self._head, 1)
        self._used += 4
        self.next += 1
        self.next_offset += self._unnamed
        self._unnamed = 0
        return True

    def _step(self, at: int, count: int) -> int:
        at += count
        return at - self.size if at >= self.size else at

    def _forget_first(self) -> None:
        length = self._bytes[self._tail] | self._bytes[self._step(self._tail, 1)] << 8
        self.first_offset += self._raw_length(self._tail, length)
        self._tail = self._step(self._tail, HEAD_BYTES + length)
        self._used -= HEAD_BYTES + length
        self.first += 1
        if self._cursor < self.first:
            self._cursor, self._cursor_at, self._cursor_offset = self.first, self._tail, self.first_offset

    def _raw_length(self, at: int, length: int) -> int:
        if not self._bytes[self._step(at, 2)] & LOST_MARK:
            return length
        raw, at = 0, self._step(at, HEAD_BYTES + 3)
        for _ in range(4):
            raw = raw << 8 | self._bytes[at]
            at = at - 1 if at else self.size - 1
        return raw

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
        self._copy_out(self._cursor_at, self._head_buffer, HEAD_BYTES)
        length, marks, high, low = struct.unpack("<HBHI", self._head_buffer)
        payload = bytearray(length)
        self._copy_out(self._step(self._cursor_at, HEAD_BYTES), payload, length)
        number, offset = self._cursor, self._cursor_offset
        self._pass()
        return number, offset, bool(marks & LOST_MARK), marks & ~LOST_MARK, (high << 30) + low, bytes(payload)

    def _pass(self) -> None:
        at = self._cursor_at
        length = self._bytes[at] | self._bytes[self._step(at, 1)] << 8
        self._cursor_offset += self._raw_length(at, length)
        self._cursor_at = self._step(at, HEAD_BYTES + length)
        self._cursor += 1

    def _copy_out(self, at: int, into: bytearray, count: int) -> None:
        whole = min(count, self.size - at)
        into[:whole] = self._bytes[at : at + whole]
        into[whole:count] = self._bytes[: count - whole]
