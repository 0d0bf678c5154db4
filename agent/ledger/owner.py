"""owner: the thread that owns the ledger's connection; takes functions of the database, runs them in shared commits.

A function given to `do` may run twice (a full disk makes the whole commit start over), so it changes nothing but the
database. Several that wait share one commit; one that fails rolls back only itself.
"""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from agent.clock import Clock
from agent.errors import LedgerDamaged, StorageFull, TillpostError
from agent.ledger.ballast import Ballast
from agent.ledger.connection import is_damage, is_full, open_connection
from agent.ledger.log_check import hides_commits
from agent.ledger.quarantine import set_aside
from agent.ledger.rebuild import begin, believe
from agent.ledger.schema import MIGRATIONS
from agent.ledger.sent_log import SentLog

LOG = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

CALLS_PER_COMMIT = 20
SECONDS_PER_COMMIT = 0.02
"""A commit takes in what waits until one of the two is reached; it never waits for company."""
LOOK_FOR_ROOM_EVERY_S = 10.0
PAGES_GIVEN_BACK = 200
COMMITS_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class _Work:
    """One call waiting; `sent` goes to the sent log before the commit; `alone` = outside any transaction; `sure` = run
    although nobody waits for the answer any more."""

    run: Callable[[Database], Any]
    answer: Future[Any]
    sent: Sequence[tuple[str, str]] = ()
    alone: bool = False
    sure: bool = False

    def is_wanted(self) -> bool:
        """Called once, before it is run: False when whoever asked has gone. From here on it cannot be called off."""
        return self.answer.set_running_or_notify_cancel() or self.sure


class Ledger:
    """Opened by `Ledger.open`; `rebuilt` = what was there was damaged, and the journal must be read again.

    Damage met while running ends this ledger: a fresh file lies ready for the next start, but nobody who still knows
    the old one may write to it. An intake that moved its cursor there would leave behind all that is to be read again.
    """

    def __init__(self, path: Path, clock: Clock, ballast_mb: float) -> None:
        self.path, self.rebuilt = path, False
        self._clock = clock
        self._ballast = Ballast(path.with_name("ballast"), int(ballast_mb * (1 << 20)))
        self._sent_log = SentLog(path.with_name("sent.log"))
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._commit_ms: deque[float] = deque(maxlen=COMMITS_REMEMBERED)
        self._looked_for_room = clock.monotonic()
        self._ended = False
        self._listeners: list[Callable[[], None]] = []
        self._changes_seen = 0
        self._in_hand: list[_Work] = []
        self._damage: LedgerDamaged | None = None
        self._over: Future[None] = Future()
        self._over.set_running_or_notify_cancel()  # whoever stops waiting for it does not end it
        self._thread = threading.Thread(target=self._serve, name="ledger", daemon=True)

    @classmethod
    def open(cls, path: Path, clock: Clock, ballast_mb: float) -> "Ledger":
        """Opens or creates the file at `path`; a damaged one is set aside and a fresh one begun.

        Raises LedgerBusy, LedgerUnsafe, StorageFull.
        """
        ledger = cls(path, clock, ballast_mb)
        opened: Future[Any] = Future()
        ledger._waiting.put(_Work(lambda _: None, opened, alone=True))
        ledger._thread.start()
        opened.result()
        return ledger

    async def do(self, fn: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn(db, …)` in the ledger's thread; what it did is on disk when this returns.

        Raises what `fn` raised (its own changes undone), StorageFull, LedgerDamaged.
        """
        return await self._ask(lambda db: fn(db, *args, **kwargs))

    async def conclude(self, fn: Callable[[Database], T], *, sent: Sequence[tuple[str, str]] = ()) -> T:
        """`do` for what has happened outside and must be kept even when the caller is cancelled meanwhile.

        The (key, remote id) pairs in `sent` are noted in the sent log before the commit.
        """
        return await self._ask(fn, sent=sent, sure=True)

    def on_change(self, tell: Callable[[], None]) -> None:
        """`tell` is called in the ledger's thread after commits that changed something; it must not wait."""
        self._listeners.append(tell)

    async def tidy(self) -> None:
        """Empties the write-ahead log into the file and gives free pages back; for the night, after a purge."""
        await self._ask(_tidy, alone=True)

    async def until_failed(self) -> None:
        """Raises LedgerDamaged (or what else ended the thread) when it happens: all that use this ledger start anew."""
        await asyncio.wrap_future(self._over)

    def numbers(self) -> dict[str, float]:
        """The part of the health report that only the owner knows."""
        times = sorted(self._commit_ms) or [0.0]
        wal = self.path.with_name(self.path.name + "-wal")
        return {
            "commit_p95_ms": times[int(0.95 * (len(times) - 1))],
            "commit_max_ms": times[-1],
            "ballast": float(self._ballast.present),
            "db_mb": self.path.stat().st_size / (1 << 20) if self.path.exists() else 0.0,
            "wal_mb": wal.stat().st_size / (1 << 20) if wal.exists() else 0.0,
        }

    async def close(self) -> None:
        """Finishes what waits, then closes the file. Calls made afterwards fail."""
        self._ended = True
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    async def _ask(
        self,
        run: Callable[[Database], T],
        *,
        sent: Sequence[tuple[str, str]] = (),
        alone: bool = False,
        sure: bool = False,
    ) -> T:
        if self._ended or not self._thread.is_alive():
            raise TillpostError("the ledger is closed", hint="The agent is stopping; start it again.")
        answer: Future[T] = Future()
        self._waiting.put(_Work(run, answer, sent, alone, sure))
        return await asyncio.wrap_future(answer)

    # everything below runs in the ledger's own thread

    def _serve(self) -> None:
        opening = self._waiting.get()
        assert opening is not None
        try:
            self._db = self._open_sound()
        except (TillpostError, OSError, sqlite3.Error) as error:
            opening.answer.set_exception(error)
            return
        opening.answer.set_result(None)
        try:
            while (work := self._waiting.get()) is not None:
                if work.is_wanted():
                    self._answer(work)
                if self._damage:
                    self._fail_what_waits(self._damage)
                    break
        except BaseException as error:
            LOG.exception("the ledger's thread failed")
            self._fail_what_waits(error)
            raise
        finally:
            self._db.close()

    def _fail_what_waits(self, error: BaseException) -> None:
        """Nobody may wait for an answer that will not come."""
        self._ended = True
        waiting = [*self._in_hand]
        with contextlib.suppress(queue.Empty):
            while True:
                work = self._waiting.get_nowait()
                waiting += [work] if work else []
        self._settle(waiting, [_Failed(error)] * len(waiting))
        self._over.set_exception(error)

    def _answer(self, first: _Work) -> None:
        self._in_hand = [first]
        self._look_for_room()
        if first.alone:
            self._settle([first], self._run_alone(first))
            return
        together, after = self._run_together(first)
        self._settle(*together)
        self._in_hand = []
        self._tell_changes()
        if after and after.is_wanted():
            self._answer(after)

    def _tell_changes(self) -> None:
        changes = self._db.conn.total_changes
        if changes != self._changes_seen:
            self._changes_seen = changes
            for tell in self._listeners:
                tell()

    def _run_alone(self, work: _Work) -> list[Any]:
        try:
            return [work.run(self._db)]
        except Exception as error:  # noqa: BLE001 - it is the caller's answer
            return [self._failed(error)]

    def _run_together(self, first: _Work) -> tuple[tuple[list[_Work], list[Any]], _Work | None]:
        """(works, their results), and a work that must stand alone and was met on the way."""
        works, results, after = self._in_hand, list[Any](), None
        began = time.monotonic()
        try:
            with self._db.atomic():
                results.append(self._run_one(first))
                while len(works) < CALLS_PER_COMMIT and time.monotonic() - began < SECONDS_PER_COMMIT:
                    work = self._next_now()
                    if work is None:
                        break
                    if work.alone:
                        after = work
                        break
                    if not work.is_wanted():
                        continue
                    works.append(work)
                    results.append(self._run_one(work))
                self._log_sent(works, results)
            self._commit_ms.append((time.monotonic() - began) * 1000)
        except sqlite3.Error as error:
            results = self._run_again(works, error)
        return (works, results), after

    def _next_now(self) -> _Work | None:
        """None when nothing waits; the end mark is left for the serving loop."""
        try:
            work = self._waiting.get_nowait()
        except queue.Empty:
            return None
        if work is None:
            self._waiting.put(None)
        return work

    def _run_one(self, work: _Work) -> Any:
        """Its result, or its own failure as a value; raises sqlite3.Error when the commit as a whole is lost."""
        try:
            with self._db.atomic():
                return work.run(self._db)
        except Exception as error:
            if is_full(error) or is_damage(error):
                raise
            if not self._db.conn.in_transaction:
                raise sqlite3.OperationalError("the transaction was lost") from error
            return _Failed(error)

    def _run_again(self, works: list[_Work], error: sqlite3.Error) -> list[Any]:
        """The shared commit was lost: each call gets one of its own, on a full disk with the ballast's room."""
        if is_damage(error):
            return [self._begin_anew(error)] * len(works)
        if is_full(error) and self._ballast.drop():
            LOG.error("the disk is full: the ballast was given up so that what was sent can be marked as sent")
        return [self._run_by_itself(work) for work in works]

    def _run_by_itself(self, work: _Work) -> Any:
        if self._damage:
            return _Failed(self._damage)
        try:
            with self._db.atomic():
                result = work.run(self._db)
                self._log_sent([work], [result])
        except Exception as error:  # noqa: BLE001 - it is the caller's answer
            return self._failed(error)
        return result

    def _failed(self, error: Exception) -> "_Failed":
        """In our words; damage ends this ledger."""
        if is_damage(error):
            return self._begin_anew(error)
        return _Failed(StorageFull(str(error)) if is_full(error) else error)

    def _log_sent(self, works: list[_Work], results: list[Any]) -> None:
        done = zip(works, results, strict=True)
        sent = [pair for work, result in done if not isinstance(result, _Failed) for pair in work.sent]
        if not sent:
            return
        try:
            self._sent_log.append(sent, self._clock.wall())
        except OSError as error:  # the ledger, which has its ballast, is the first witness; this is the second
            LOG.warning("the sent log could not be written: %s", error)

    @staticmethod
    def _settle(works: list[_Work], results: list[Any]) -> None:
        for work, result in zip(works, results, strict=True):
            if work.answer.cancelled() or work.answer.done():
                continue  # the caller went away; the commit stands
            if isinstance(result, _Failed):
                work.answer.set_exception(result.error)
            else:
                work.answer.set_result(result)

    def _look_for_room(self) -> None:
        if self._ballast.present or self._clock.monotonic() - self._looked_for_room < LOOK_FOR_ROOM_EVERY_S:
            return
        self._looked_for_room = self._clock.monotonic()
        if self._ballast.restore():
            LOG.info("there is room again: the ballast is back")

    def _open_sound(self) -> Database:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            db = self._open_migrated()
        except LedgerDamaged as error:
            db = self._set_aside(error)
        with contextlib.suppress(OSError):  # without room for it now, it is made later
            self._ballast.restore()
        return db

    def _open_migrated(self) -> Database:
        if hides_commits(self.path.with_name(self.path.name + "-wal")):
            raise LedgerDamaged(f"{self.path}: the write-ahead log is broken in front of whole commits")
        db = open_connection(self.path)
        try:
            MIGRATIONS.apply(db)
            with db.atomic():
                believe(db, self._sent_log.tail())
        except sqlite3.Error as error:
            db.close()
            if is_damage(error):
                raise LedgerDamaged(f"{self.path}: {error}") from error
            if is_full(error):
                raise StorageFull(f"{self.path}: {error}") from error
            raise
        return db

    def _begin_anew(self, error: BaseException) -> "_Failed":
        self._damage = LedgerDamaged(str(error))
        self._db.close()
        self._db = self._set_aside(error)
        return _Failed(self._damage)

    def _set_aside(self, error: BaseException) -> Database:
        folder = set_aside(self.path, self._clock)
        LOG.error("the ledger is damaged (%s); it is kept in %s and rebuilt from the journal", error, folder)
        self.rebuilt = True
        db = self._open_migrated()
        with db.atomic():
            begin(db, self._sent_log.read(), self._clock.wall(), str(folder), str(error))
        return db


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


def _tidy(db: Database) -> Mapping[str, Any]:
    busy, log, moved = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    db.execute(f"PRAGMA incremental_vacuum({PAGES_GIVEN_BACK})").fetchall()
    return {"busy": busy, "log": log, "moved": moved}
