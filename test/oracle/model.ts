import { createHash } from 'node:crypto';
import type { LaneKey } from '@parley/shared/ids';
import type { Trust } from '@parley/shared/tools';
import type { UserId } from '@parley/shared/ids';
import { PEOPLE, type Action, type History, type LaneName, type Person, type Resource } from './history.ts';
import { holds, type Access, type Approval, type Item, type Result, type Rules } from './rules.ts';

/** What differs between two worlds: the words behind the numbers of a history. */
export interface Secrets {
  readonly content: (resource: Resource) => string;
  readonly words: (by: Person, lane: LaneName, words: number) => string;
  /** Whether a person takes answers out of their private lane; noninterference is up to what they show on purpose. */
  readonly releases: (by: Person) => boolean;
  /** Whether people approve calls that would also show something to others. */
  readonly approvesReleases: boolean;
  /** Who may read D at first. */
  readonly readersOfD: readonly Person[];
  /** Whether traces are looked for, which takes as long as all the rest. */
  readonly tracing: boolean;
}

export interface Call {
  readonly subject: Person;
  readonly speaker: Person;
  readonly body: string;
  readonly approvedBy: Person | null;
  /** What was approved, where it was. */
  readonly approved: string | null;
}

/** Everything that a person, a provider or a tool got to see. */
export interface Run {
  /** For each person, each view that differed from the one before. */
  readonly seen: Readonly<Record<Person, readonly string[]>>;
  /** Requests to the provider for turns whose audience a person belongs to. */
  readonly requests: Readonly<Record<Person, readonly string[]>>;
  readonly calls: readonly Call[];
  readonly items: readonly Item[];
  readonly prompts: readonly string[];
  /** Views of people who were not in the room. */
  readonly afterLeaving: number;
  /** Views that told more than if the things their person may not read had never been, where they are looked for. */
  readonly traces: number;
  readonly redacted: readonly Redaction[];
  /** What waits for somebody's word at the end. */
  readonly waiting: readonly Approval[];
  readonly members: ReadonlySet<Person>;
  /** Whether the last action was carried out, and the items that it named. */
  readonly done: boolean;
  readonly named: readonly Item[];
}

/** What was taken away, by whom, and the number of requests before that. */
interface Redaction {
  readonly gone: Item;
  readonly by: Person;
  readonly prompts: number;
}

/**
 * The rules, executed: people talk, ask, share, come and go, and the AI is the worst there can be: its answer
 * is a hash of its whole prompt, and it always wants to act on all of it. Whatever reaches somebody who may not
 * have it therefore shows.
 */
export function play(rules: Rules, history: History, secrets: Secrets): Run {
  const world = new World(rules, secrets);
  world.look();
  for (const action of history) {
    world.step(action);
    world.look();
  }
  return world.run();
}

/** Ana and Bob are in the room at first; Ana and Cyn can read E. */
function startOf({ readersOfD }: Secrets): Access {
  return { members: new Set(['ana', 'bob']), readers: { D: new Set(readersOfD), E: new Set(['ana', 'cyn']) } };
}

class World {
  readonly #rules: Rules;
  readonly #secrets: Secrets;
  #access: Access;
  #items: Item[] = [];
  #approvals: Approval[] = [];
  readonly #trust = new Map<Person, readonly Person[]>();
  readonly #calls: Call[] = [];
  readonly #prompts: string[] = [];
  readonly #redacted: Redaction[] = [];
  #afterLeaving = 0;
  #traces = 0;
  #made = 0;
  #done = true;
  #named: readonly Item[] = [];
  readonly #seen: Record<Person, string[]> = { ana: [], bob: [], cyn: [] };
  readonly #requests: Record<Person, string[]> = { ana: [], bob: [], cyn: [] };

  constructor(rules: Rules, secrets: Secrets) {
    this.#rules = rules;
    this.#secrets = secrets;
    this.#access = startOf(secrets);
  }

  step(action: Action): void {
    this.#named = [];
    this.#done = this.#take(action);
  }

  /** Whether it was carried out. */
  #take(action: Action): boolean {
    switch (action.type) {
      case 'say':
        return this.#say(action);
      case 'ask':
        return this.#ask(action);
      case 'decide':
        return this.#decide(action);
      case 'trust':
        if (!this.#access.members.has(action.by)) return false;
        this.#trust.set(action.by, action.people);
        return true;
      case 'join':
        return this.#let({ members: new Set([...this.#access.members, action.who]) });
      case 'leave':
        return this.#leave(action.who);
      case 'share':
        return this.#readers(action.resource, [...this.#access.readers[action.resource], action.who]);
      case 'unshare':
        return this.#readers(
          action.resource,
          [...this.#access.readers[action.resource]].filter((who) => who !== action.who),
        );
      case 'release':
        return this.#release(action);
      case 'redact':
        return this.#redact(action);
    }
  }

  /** Notes down what each person sees now, where that is news. */
  look(): void {
    for (const person of PEOPLE) {
      const view = this.#viewOf(person, this.#items);
      if (this.#secrets.tracing && view !== this.#viewOf(person, this.#asIfNever(person))) this.#traces += 1;
      if (view === null || this.#seen[person].at(-1) === view) continue;
      this.#seen[person].push(view);
      if (!this.#access.members.has(person)) this.#afterLeaving += 1;
    }
  }

  run(): Run {
    return {
      seen: this.#seen,
      requests: this.#requests,
      calls: this.#calls,
      items: this.#items,
      prompts: this.#prompts,
      redacted: this.#redacted,
      afterLeaving: this.#afterLeaving,
      traces: this.#traces,
      waiting: this.#approvals,
      members: this.#access.members,
      done: this.#done,
      named: this.#named,
    };
  }

  #say({ by, lane, words }: Extract<Action, { type: 'say' }>): boolean {
    if (!this.#access.members.has(by)) return false;
    this.#add({ lane: keyOf(lane, by), author: by, body: this.#secrets.words(by, lane, words), influence: [by] });
    return true;
  }

  #ask(action: Extract<Action, { type: 'ask' }>): boolean {
    const { by, lane, words, reads } = action;
    if (!this.#access.members.has(by)) return false;
    const key = keyOf(lane, by);
    const audience = this.#rules.audience(key, by, this.#access);
    const prompt = this.#secrets.words(by, lane, words);
    const sent = this.#sent(action, audience);
    const found = reads.filter((one) => holds(this.#access, by, `res:${one}`)).map((one) => this.#result(one));
    const results = this.#rules.resultsFor(found, audience, this.#access);
    const before = [...this.#written(action, sent, audience), prompt];
    this.#request(audience, before);
    if (results.length > 0) this.#request(audience, [...before, ...results.map(({ body }) => body)]);
    this.#add({ lane: key, author: by, body: prompt, influence: [by] });
    const all = hash([...before, ...results.map(({ body }) => body)]);
    const resources = this.#rules.resources(sent, results);
    const influence = this.#rules.influence(by, sent, results);
    if (action.act !== 'none')
      this.#act({ user: by, lane: key, body: hash([all]), effect: action.act, resources, influence });
    this.#add({
      lane: this.#rules.standsIn(key),
      author: 'ai',
      body: all,
      resources,
      influence,
      usage: sizeOf(before, results),
      for: by,
    });
    this.#withheld(by, found.length - results.length);
    return true;
  }

  #result(resource: Resource): Result {
    return { resource, body: this.#secrets.content(resource) };
  }

  /** What a turn is sent of the conversation. */
  #sent(action: Extract<Action, { type: 'ask' }>, audience: readonly Person[]): readonly Item[] {
    return this.#chosen(action).filter((item) => this.#rules.admitted(item, audience, this.#access));
  }

  #written(action: Extract<Action, { type: 'ask' }>, sent: readonly Item[], audience: readonly Person[]): string[] {
    const admitted = new Set(sent);
    const items = this.#chosen(action);
    return items.flatMap((item) => {
      if (admitted.has(item)) return [item.body];
      const stub = audience.length > 0 ? this.#rules.stub(item) : '';
      return stub === '' ? [] : [stub];
    });
  }

  #chosen({ by, lane, quotes }: Extract<Action, { type: 'ask' }>): readonly Item[] {
    const candidates = this.#items.filter((item) => item.body !== '' && this.#rules.candidate(item, keyOf(lane, by)));
    if (quotes === null) return candidates;
    const known = candidates.filter((item) => this.#rules.readable(item, by, this.#access));
    this.#named = quotes.flatMap((number) => known.slice(number, number + 1));
    return this.#named;
  }

  #act(call: Omit<Approval, 'releases' | 'influencedBy'>): void {
    const { user, lane, body, effect, resources, influence } = call;
    const recipientsMayRead = this.#rules.recipientsMayRead(lane, resources, effect);
    const verdict = this.#rules.judge({
      call: 'mail.send',
      class: 'act',
      arguments: { body },
      speaker: user,
      influence,
      recipientsMayRead,
      trust: this.#trustOf(user),
    });
    if (verdict.kind === 'run') this.#perform(call, null);
    else if (verdict.kind === 'ask') this.#approvals.push({ ...call, ...verdict });
  }

  #trustOf(user: Person): Trust[] {
    const people = this.#trust.get(user) ?? [];
    // The model's names are well formed.
    return [{ call: 'mail.send', people: [...people, 'tool:drive'] as string[] as UserId[], arguments: {} }];
  }

  #decide({ by, lane, approval: number, foreign, approve, stale }: Extract<Action, { type: 'decide' }>): boolean {
    const ofLane = this.#approvals.filter((one) => (one.lane === 'room') === (lane === 'room'));
    const approval = ofLane.filter(({ user }) => (user === by) !== foreign)[number];
    if (approval === undefined || (approval.releases && !this.#secrets.approvesReleases)) return false;
    if (!this.#rules.mayDecide(approval, by, !stale, this.#access)) return false;
    if (this.#rules.usedUp) this.#approvals = this.#approvals.filter((other) => other !== approval);
    if (approve) this.#perform(approval, by);
    return true;
  }

  #perform(approval: Omit<Approval, 'releases' | 'influencedBy'>, approvedBy: Person | null): void {
    const { user, body, effect, influence } = approval;
    const subject = this.#rules.subject(user, this.#items);
    this.#calls.push({ subject, speaker: user, body, approvedBy, approved: approvedBy === null ? null : body });
    if (effect === 'write-room') this.#add({ lane: 'room', author: 'tool', body, influence });
  }

  #withheld(speaker: Person, count: number): void {
    const lane = count === 0 ? null : this.#rules.tellsWithheld(speaker);
    if (lane !== null) this.#add({ lane, author: 'system', body: `${count} withheld`, influence: [] });
  }

  #release({ by, item: number, foreign }: Extract<Action, { type: 'release' }>): boolean {
    const answers = this.#items.filter(({ lane, author }) => lane !== 'room' && author === 'ai');
    const item = answers.filter(({ lane }) => (lane === `me:${by}`) !== foreign)[number];
    if (item === undefined || !this.#access.members.has(by) || !this.#secrets.releases(by)) return false;
    this.#named = [item];
    if (!this.#rules.mayRelease(item, by, this.#access)) return false;
    if (this.#rules.onlyOnce && this.#items.some(({ from }) => from?.id === item.id)) return true;
    const { body, influence, usage } = item;
    if (body === '') return false;
    const resources = this.#rules.released(item);
    this.#add({ lane: 'room', author: 'ai', body, resources, influence, usage, from: item, for: by });
    return true;
  }

  #redact({ by, lane, item: number, foreign }: Extract<Action, { type: 'redact' }>): boolean {
    const there = this.#items.filter((item) => item.lane === keyOf(lane, by));
    const gone = there.filter((item) => (item.author === by || item.for === by) !== foreign)[number];
    if (gone === undefined || !this.#access.members.has(by)) return false;
    this.#named = [gone];
    if (!this.#rules.readable(gone, by, this.#access) || !this.#rules.mayRedact(gone, by)) return false;
    if (gone.body === '') return true;
    this.#redacted.push({ gone, by, prompts: this.#prompts.length });
    this.#items = this.#items.map((item) => (this.#rules.redacts(item, gone) ? { ...item, body: '' } : item));
    return true;
  }

  #leave(who: Person): boolean {
    if (!this.#access.members.has(who)) return false;
    this.#trust.delete(who);
    return this.#let({ members: new Set([...this.#access.members].filter((one) => one !== who)) });
  }

  #readers(resource: Resource, who: readonly Person[]): boolean {
    return this.#let({ readers: { ...this.#access.readers, [resource]: new Set(who) } });
  }

  #let(change: Partial<Access>): true {
    this.#access = { ...this.#access, ...change };
    return true;
  }

  #request(audience: readonly Person[], parts: readonly string[]): void {
    const prompt = parts.join('\n');
    this.#prompts.push(prompt);
    for (const person of audience) this.#requests[person].push(prompt);
  }

  #add(item: Pick<Item, 'lane' | 'author' | 'body' | 'influence'> & Partial<Item>): void {
    const resources = item.resources ?? [];
    this.#items.push(
      this.#placed(
        { id: (this.#made += 1), usage: 0, from: null, for: null, seq: 0, after: 0, ...item, resources },
        this.#items,
      ),
    );
  }

  #placed(item: Item, before: readonly Item[]): Item {
    const seq = this.#rules.numbered(before, item.lane, item.resources).length + 1;
    return { ...item, seq, after: this.#rules.numbered(before, item.lane, []).length };
  }

  /** The items as they would stand if what a person may not read had never been said. */
  #asIfNever(person: Person): readonly Item[] {
    const left: Item[] = [];
    for (const item of this.#items)
      if (this.#rules.readable(item, person, this.#access)) left.push(this.#placed(item, left));
    return left;
  }

  /** All that a person has in front of them, or null for somebody who is not in the room. */
  #viewOf(person: Person, items: readonly Item[]): string | null {
    if (!this.#rules.sees(person, this.#access)) return null;
    const shown = items.filter((item) => this.#rules.readable(item, person, this.#access));
    const asked = this.#approvals.filter(({ user }) => user === person);
    return JSON.stringify({
      members: [...this.#access.members].toSorted(),
      items: shown.map(({ lane, author, body, resources, seq, after, usage }) => [
        lane,
        author,
        body,
        resources,
        seq,
        after,
        usage,
      ]),
      // T41: everybody in the lane sees whom is waited for, nobody else sees for what.
      waiting: this.#approvals.filter(({ lane }) => lane === 'room').map(({ user }) => user),
      asked: asked.map(({ body, effect, releases }) => [body, effect, releases]),
      // What one used oneself stays counted, also where one may no longer read what it was for.
      meter: this.#rules.meter(this.#items, person),
    });
  }
}

function keyOf(lane: LaneName, by: Person): LaneKey {
  return lane === 'room' ? 'room' : `me:${by}`;
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 16);
}

function sizeOf(parts: readonly string[], results: readonly Result[]): number {
  return parts.join('').length + results.reduce((sum, { body }) => sum + body.length, 0);
}
