"""Children that keep a past, and are asked for it (PROTOCOL.md §10)."""
import asyncio
import contextlib
import shlex
import time

import protocol
from children import USUAL, Child


class RememberingChild(Child):
    """A child with a database: it says what it has, answers what it is asked, and then goes on live."""

    def __init__(self, name, port, key, *, keeps, clock=0, answers_after=0, **how):
        """keeps: seconds of past that it has; clock: seconds by which its clock is ahead; answers_after: seconds that it
        takes for each answer."""
        super().__init__(name, port, key, version=protocol.CHILD, **how)
        self.keeps, self.clock, self.answers_after = keeps, clock, answers_after

    def now(self):
        return time.time() + self.clock

    @property
    def first(self):
        return int(self.now()) - self.keeps

    async def stream(self, line, seconds=None):
        line.say(protocol.labels(_os_name="Debian GNU/Linux", _architecture="x86_64", **self.labels))
        for chart in self.charts:
            now = int(self.now())
            line.say(protocol.definition(chart) + f"CHART_DEFINITION_END {self.first} {now} {now}\n")
        # The newest second that the parent has of each chart that may go on.
        live = {}
        listening = asyncio.ensure_future(self.listen(line, live))
        end = time.monotonic() + (seconds or 1e9)
        try:
            while time.monotonic() < end and not listening.done():
                second = int(self.now())
                for chart in self.charts:
                    if chart[0] in live and second > live[chart[0]]:
                        line.say(protocol.collection(chart, self.seed, second, (second - live[chart[0]]) * 1_000_000))
                        live[chart[0]] = second
                await line.writer.drain()
                await asyncio.sleep(1 - self.now() % 1 + 0.02)
            if listening.done():
                listening.result()
        finally:
            listening.cancel()

    async def listen(self, line, live):
        """One answer after the other."""
        while True:
            words = shlex.split((await line.reader.readline()).decode())
            if not words:
                raise ConnectionResetError("the parent has closed the connection")
            if words[0] == "REPLAY_CHART":
                await asyncio.sleep(self.answers_after)
                self.answer(line, live, words[1], words[2] == "true", int(words[3]), int(words[4]))

    def answer(self, line, live, name, goes_on, after, before):
        chart = next(chart for chart in self.charts if chart[0] == name)
        now = int(self.now())
        goes_on = goes_on or before >= now or after == 0 or before == 0
        if after:
            after = max(after, self.first)
        if goes_on and after:
            before = now
        line.say(protocol.past(chart, self.seed, after, before, now, first=self.first, last=now, goes_on=goes_on))
        if goes_on:
            live[name] = now

    async def lose(self, up, away, keeps):
        """Streams, loses its connection and is away, and comes back with less of the past than was missed."""
        with contextlib.suppress(*USUAL):
            async with self.connected() as line:
                await self.stream(line, up)
                line.reset()
        await asyncio.sleep(away)
        self.keeps = keeps
        await self.keep()
