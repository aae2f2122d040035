"""unittest without pytest: the same things as context managers."""

import os
import time
import unittest

from anthropic import Anthropic, AsyncAnthropic

from batchmock.testing import batch_emulator, batch_server


class Sync(unittest.TestCase):
    def setUp(self) -> None:
        self.emulator = self.enterContext(batch_emulator("half-expired", seed=3, coupled_time=True))

    def test_a_day(self) -> None:
        begun = self.emulator.clock.now()
        time.sleep(86_400)
        self.assertEqual((self.emulator.clock.now() - begun).days, 1)
        self.assertEqual(list(Anthropic().messages.batches.list()), [])
        self.assertEqual(self.emulator.scenario.seed, 3)


class Async(unittest.IsolatedAsyncioTestCase):
    async def test_a_day(self) -> None:
        import asyncio

        with batch_emulator(coupled_time=True) as emulator:
            begun = emulator.clock.now()
            await asyncio.sleep(86_400)
            self.assertEqual((emulator.clock.now() - begun).days, 1)
            async with AsyncAnthropic() as client:
                self.assertEqual([one async for one in client.messages.batches.list()], [])


class Served(unittest.TestCase):
    def test_a_server(self) -> None:
        before = os.environ.get("ANTHROPIC_BASE_URL")
        with batch_server("half-expired", seed=4) as emulator, Anthropic() as client:
            self.assertEqual(str(client.base_url).rstrip("/"), emulator.base_url)
            self.assertEqual(list(client.messages.batches.list()), [])
            self.assertEqual(emulator.scenario.seed, 4)
        self.assertEqual(os.environ.get("ANTHROPIC_BASE_URL"), before)


if __name__ == "__main__":
    unittest.main()
