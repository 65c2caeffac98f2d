import { journalContract } from '../contracts/journal.ts';
import { sqliteWorld } from './sqlite-world.ts';

journalContract('SQLite', sqliteWorld);
