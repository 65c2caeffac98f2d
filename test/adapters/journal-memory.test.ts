import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { journalContract } from '../contracts/journal.ts';

journalContract('memory', async () => {
  const journal = new MemoryJournal();
  // Its store is itself, so a restart finds the same object.
  return { journal, reopen: async () => journal, dispose: () => journal.close() };
});
