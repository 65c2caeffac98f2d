import type { UserId } from '@parley/shared/ids';
import type { Trust } from '@parley/shared/tools';
import { PEOPLE, type Person } from './history.ts';
import { Items, type Said } from './items.ts';
import { Notes } from './notes.ts';
import { EXPIRY_MS, OF_DRIVE, type Access, type Item, type Rules, type Wish } from './rules.ts';
import type { Call, Secrets } from './run.ts';

/** Who pressed, for which approval. */
interface Pressed {
  readonly by: Person;
  readonly approval: number;
  /** Milliseconds from the question to the word; the call itself waits until the floor is free (T22). */
  readonly after: number;
}

/** What a room of the model holds, and what leaves it. */
export class Stage {
  readonly rules: Rules;
  readonly secrets: Secrets;
  readonly items: Items;
  readonly notes: Notes;
  access: Access;
  /** Milliseconds; each action takes one. */
  now = 0;
  /** Whom people trust with their mails, beside what the drive says; whoever just came trusts nobody. */
  readonly trust = new Map<Person, readonly Person[]>([
    ['ana', []],
    ['bob', []],
  ]);
  readonly calls: Call[] = [];
  readonly prompts: string[] = [];
  readonly requests: Record<Person, string[]> = { ana: [], bob: [], cyn: [] };
  /** Approvals whose person could not go on at some moment since they were asked. */
  readonly lost = new Set<number>();

  constructor(rules: Rules, secrets: Secrets) {
    this.rules = rules;
    this.secrets = secrets;
    this.items = new Items(rules);
    this.notes = new Notes(rules);
    // Ana and Bob are in the room at first; Ana and Cyn can read E.
    this.access = {
      members: new Set(['ana', 'bob']),
      askers: new Set(PEOPLE),
      readers: { D: new Set(secrets.readersOfD), E: new Set(['ana', 'cyn']) },
      mail: true,
      notesOpen: true,
    };
  }

  add(said: Said): Item {
    return this.items.add({ ...said, at: this.now });
  }

  request(audience: readonly Person[], parts: readonly string[]): void {
    const prompt = parts.join('\n');
    this.prompts.push(prompt);
    for (const person of audience) this.requests[person].push(prompt);
  }

  trustOf(user: Person): Trust[] {
    const people = this.trust.get(user);
    if (people === undefined) return [];
    // The model's names are well formed.
    return [{ call: 'mail.send', people: [...people, OF_DRIVE] as string[] as UserId[], arguments: {} }];
  }

  /** A call is made; what spoke against it is kept, whatever the rules say of it. */
  perform(wish: Wish, pressed: Pressed | null): void {
    const { user, body, effect, influence } = wish;
    const { rules, notes } = this;
    if (effect === 'write-notes') {
      notes.aboutToWrite(rules.behindWriting(user, influence));
      if (!rules.mayWrite(user, this.access)) return;
      notes.written(body);
    }
    const subject = rules.subject(user, this.items.all);
    const approved = pressed && { approvedBy: pressed.by, approved: pressed.approval };
    const call = { subject, speaker: user, effect, body, against: this.#against(wish, pressed) };
    this.calls.push({ ...call, approvedBy: null, approved: null, ...approved });
  }

  #against({ user, effect, resources }: Wish, pressed: Pressed | null): string[] {
    const { members, askers, readers, mail, notesOpen } = this.access;
    const reasons = {
      'its speaker may not ask': !members.has(user) || !askers.has(user),
      'its speaker may not read what it was made from': !resources.every((one) => readers[one].has(user)),
      'its speaker could not go on meanwhile': pressed !== null && this.lost.has(pressed.approval),
      'the word came too late': pressed !== null && pressed.after >= EXPIRY_MS,
      'the tool is not there': effect === 'send' && !mail,
      'the notes are closed': effect === 'write-notes' && !notesOpen,
    };
    return Object.entries(reasons).flatMap(([reason, holds]) => (holds ? [reason] : []));
  }
}
