import { createHash } from 'node:crypto';
import type { LaneKey } from '@parley/shared/ids';
import { PEOPLE, type LaneName, type Person } from './history.ts';
import { Line, type Ask, type Begun, type Said, type Ticket, type Waiting, type Word } from './lines.ts';
import { holds, OF_DRIVE, type Approval, type Item, type Wish } from './rules.ts';
import type { Stage } from './stage.ts';

/** In the place of an answer that never came: each its own, as answers are. */
const endedOf = ({ words }: Ask): string => `(ended ${words})`;

/** The turns of a room of the model: they begin, wait for their speakers, go on and end. */
export class Turns {
  readonly #stage: Stage;
  readonly #lines: readonly Line[] = ['room' as const, ...PEOPLE.map((person) => keyOf('me', person))].map(
    (lane) => new Line(lane),
  );
  #approvals: readonly Approval[] = [];
  #asked = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** What waits for somebody's word. */
  get approvals(): readonly Approval[] {
    return this.#approvals;
  }

  line(lane: LaneKey): Line {
    const line = this.#lines.find((one) => one.lane === lane);
    if (line === undefined) throw new Error(`no lane ${lane}`);
    return line;
  }

  submit(ask: Ask, quoted: readonly Item[] | null): void {
    const line = this.line(keyOf(ask.lane, ask.by));
    line.queue = [...line.queue, { ask, quoted }];
    this.#goOn(line);
  }

  /** A word was said, or can be said no more. */
  hear(approval: Approval, word: Word, by: Person): void {
    const line = this.line(approval.lane);
    const turn = line.waiting.find((one) => one.approval.id === approval.id);
    if (this.#stage.rules.usedUp || word === 'expired') this.#forget(approval);
    // Only where an approval is not used up.
    const said: Said = { word, by, at: this.#stage.now };
    if (turn === undefined) return word === 'approved' ? this.#perform(approval, said) : undefined;
    turn.said = said;
    if (line.floor === turn) this.#conclude(line, turn);
    this.#goOn(line);
  }

  /** Ends a turn that waits, with what it has: nothing. */
  end(turn: Waiting): void {
    const line = this.line(turn.lane);
    line.drop(turn);
    this.#forget(turn.approval);
    this.#say(turn, { body: endedOf(turn.ask), usage: 0 });
    this.#goOn(line);
  }

  /**
   * T36: of whoever may not go on, what waits ends, and nobody else's. T35: over what it was built on they are read while
   * its speaker is asked, and again when it goes on.
   */
  endWhatMayNotGoOn(): void {
    const { rules, access, lost } = this.#stage;
    for (const { user, resources, id } of this.#approvals) if (!mayGoOn(this.#stage, user, resources)) lost.add(id);
    for (const line of this.#lines) {
      line.queue = line.queue.filter(({ ask }) => rules.keeps(ask.by, [], access));
      const [floor, ...none] = line.floor === null ? [] : [line.floor];
      const ending = [...line.parked, ...(floor === undefined ? none : [floor])].filter(
        ({ ask, resources, said }) => !rules.keeps(ask.by, said === null ? resources : [], access),
      );
      for (const turn of ending) this.end(turn);
    }
  }

  /** Time goes by, and each thing happens at its moment. */
  pass(ms: number): void {
    const end = this.#stage.now + ms;
    for (;;) {
      const next = Math.min(...this.#lines.map((line) => this.#dueOf(line)));
      if (next > end) break;
      this.#stage.now = next;
      for (const line of this.#lines) if (this.#dueOf(line) <= next) this.#runOut(line);
    }
    this.#stage.now = end;
  }

  /** Whether somebody waits behind a turn that has waited that long itself. */
  isStuck(ms: number): boolean {
    return this.#lines.some(
      ({ floor, queue }) => floor !== null && queue.length > 0 && this.#stage.now - floor.approval.askedAt > ms,
    );
  }

  #dueOf({ floor, parked }: Line): number {
    const { floorMs, expiryMs } = this.#stage.rules;
    const expiries = parked.filter(({ said }) => said === null).map(({ approval }) => approval.askedAt + expiryMs);
    const ofFloor = floor === null ? [] : [floor.approval.askedAt + Math.min(floorMs, expiryMs)];
    return Math.min(Number.POSITIVE_INFINITY, ...expiries, ...ofFloor);
  }

  #runOut(line: Line): void {
    const { now, rules } = this.#stage;
    const late = line.waiting.filter(({ said, approval }) => said === null && approval.askedAt + rules.expiryMs <= now);
    for (const { approval } of late) this.hear(approval, 'expired', approval.user);
    if (line.floor !== null && line.floor.approval.askedAt + rules.floorMs <= now) line.park();
    this.#goOn(line);
  }

  /** Lets whoever is next have the floor, until somebody has to be asked. */
  #goOn(line: Line): void {
    while (line.floor === null) {
      const back = line.takeBack();
      const next = back === null ? line.takeNext() : null;
      if (back !== null) this.#resume(line, back);
      else if (next !== null) line.floor = this.#begin(line.lane, next);
      else return;
    }
  }

  /** What a turn comes to at once, unless it waits for its speaker. */
  #begin(lane: LaneKey, { ask, quoted }: Ticket): Waiting | null {
    const { rules, access, secrets, notes } = this.#stage;
    const { by, reads, readsNotes } = ask;
    const audience = rules.audience(lane, by, access);
    const { sent, conversation } = this.#conversation(lane, quoted, audience);
    const found = reads.filter((one) => holds(access, by, `res:${one}`));
    const all = found.map((resource) => ({ resource, body: secrets.content(resource) }));
    const results = rules.resultsFor(all, audience, access);
    const words = secrets.words(by, ask.lane, ask.words);
    this.#stage.request(audience, this.#told({ conversation, after: [words] }));
    const { id: prompt } = this.#stage.add({ lane, author: by, body: words, influence: [by] });
    const read = [...(reads.length > 0 ? [[OF_DRIVE]] : []), ...(readsNotes ? [notes.behind] : [])];
    const after = [words, ...results.map(({ body }) => body), ...(readsNotes ? notes.lines : [])];
    const resources = rules.resources(sent, results);
    const influence = rules.influence(by, sent, read);
    const turn: Begun = { ask, lane, audience, conversation, after, prompt, resources, influence };
    this.#withheld(by, all.length - results.length);
    if (read.length > 0) this.#stage.request(audience, this.#told(turn));
    return this.#act(turn);
  }

  /** What a turn is sent of what was said before, and what stands for the rest. */
  #conversation(lane: LaneKey, quoted: readonly Item[] | null, audience: readonly Person[]) {
    const { rules, access, items } = this.#stage;
    const chosen = quoted === null ? items.all : quoted.flatMap((item) => items.now(item) ?? []);
    const candidates = chosen.filter((item) => item.body !== '' && rules.candidate(item, lane));
    const sent = new Set(candidates.filter((item) => rules.admitted(item, audience, access)));
    const stub = (item: Item): string => (audience.length > 0 ? rules.stub(item) : '');
    const conversation = candidates.map((item) => (sent.has(item) ? item : stub(item))).filter((part) => part !== '');
    return { sent: [...sent], conversation };
  }

  /** What the model asks for is made, or asked about; where nobody is asked, the answer follows. */
  #act(turn: Begun): Waiting | null {
    const { rules, access, secrets } = this.#stage;
    const { ask, lane, resources, influence } = turn;
    const { act: effect, by: user } = ask;
    if (effect === 'none' || !rules.callable(effect, access)) return this.#answer(turn);
    const body = secrets.says(`call ${ask.words}`, this.#told(turn));
    const wish = { user, lane, body, effect, resources, influence };
    // What was to be written is part of what the model is told of its call.
    const called = effect === 'send' ? turn : { ...turn, after: [...turn.after, body] };
    if (effect === 'write-notes' && !rules.mayBeWritten(resources)) return this.#answer(called);
    const verdict = this.#judge(wish);
    if (verdict.kind === 'run') this.#stage.perform(wish, null);
    if (verdict.kind !== 'ask') return this.#answer(called);
    const { now } = this.#stage;
    const approval = { ...wish, ...verdict, id: (this.#asked += 1), words: ask.words, askedAt: now };
    this.#approvals = [...this.#approvals, approval];
    return { ...called, approval, said: null };
  }

  #judge({ user: speaker, lane, body, effect, resources, influence }: Wish) {
    const { rules } = this.#stage;
    return rules.judge({
      call: effect === 'send' ? 'mail.send' : 'room.edit_notes',
      class: 'act',
      arguments: { body },
      speaker,
      influence,
      recipientsMayRead: rules.recipientsMayRead(lane, resources, effect),
      trust: this.#stage.trustOf(speaker),
    });
  }

  /** T35: what was decided is carried out by what holds now. */
  #conclude(line: Line, turn: Waiting): void {
    const { rules, access } = this.#stage;
    const { approval, ask, resources, said } = turn;
    if (!rules.goesOn(ask.by, resources, access)) return this.end(turn);
    line.drop(turn);
    if (said?.word === 'approved' && rules.callable(approval.effect, access)) this.#perform(approval, said);
    this.#answer(turn);
  }

  #perform(approval: Approval, { by, at }: Said): void {
    const { id, askedAt } = approval;
    this.#stage.perform(approval, { by, approval: id, after: at - askedAt });
  }

  /** T22: its speaker hears that others went on meanwhile. */
  #resume(line: Line, turn: Waiting): void {
    const { items } = this.#stage;
    const own = items.all.filter(({ lane, resources }) => lane === line.lane && resources.length === 0);
    const added = own.filter(({ at }) => at > turn.approval.askedAt).length;
    if (added > 0) this.#tell(turn.ask.by, `${added} added`);
    this.#conclude(line, turn);
  }

  #answer(turn: Begun): null {
    const told = this.#told(turn);
    this.#stage.request(turn.audience, told);
    this.#say(turn, { body: this.#stage.secrets.says(`${turn.ask.words}`, told), usage: told.join('').length });
    return null;
  }

  #say({ lane, ask, resources, influence }: Begun, answer: Pick<Item, 'body' | 'usage'>): void {
    const standsIn = this.#stage.rules.standsIn(lane);
    this.#stage.add({ lane: standsIn, author: 'ai', resources, influence, for: ask.by, ...answer });
  }

  /** T18: what it was started with; R14: without what was taken away since. */
  #told({ conversation, after }: Pick<Begun, 'conversation' | 'after'>): string[] {
    const { rules, items } = this.#stage;
    const still = conversation.flatMap((part) => {
      if (typeof part === 'string') return [part];
      return rules.stays(part, items.now(part)) ? [part.body] : [];
    });
    return [...still, ...after];
  }

  #withheld(speaker: Person, count: number): void {
    const lane = count === 0 ? null : this.#stage.rules.tellsWithheld(speaker);
    if (lane !== null) this.#stage.add({ lane, author: 'system', body: `${count} withheld`, influence: [] });
  }

  #tell(speaker: Person, body: string): void {
    this.#stage.add({ lane: keyOf('me', speaker), author: 'system', body, influence: [] });
  }

  #forget(approval: Approval): void {
    this.#approvals = this.#approvals.filter((other) => other !== approval);
  }
}

export function keyOf(lane: LaneName, by: Person): LaneKey {
  return lane === 'room' ? 'room' : `me:${by}`;
}

/** Whatever the rules say of it. */
function mayGoOn({ access }: Stage, user: Person, resources: Wish['resources']): boolean {
  const { members, askers, readers } = access;
  return members.has(user) && askers.has(user) && resources.every((one) => readers[one].has(user));
}

export function hash(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 16);
}
