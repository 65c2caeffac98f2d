import { PEOPLE, type Action, type History, type Person } from './history.ts';
import type { Ask } from './lines.ts';
import { FLOOR_MS, type Approval, type Item, type Rules } from './rules.ts';
import type { Redaction, Run, Secrets } from './run.ts';
import { Stage } from './stage.ts';
import { keyOf, Turns } from './turns.ts';

type Of<T extends Action['type']> = Extract<Action, { type: T }>;

/** A second longer than it takes. */
export const WAITS_MS = { floor: 61_000, expiry: 901_000 } as const;

/**
 * The rules, executed: people talk, ask, wait for each other, write notes, share, come and go, and the AI is the worst
 * there can be: its answer is a hash of its whole prompt, and it always wants to act on all of it. Whatever reaches
 * somebody who may not have it therefore shows.
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

class World {
  readonly #stage: Stage;
  readonly #turns: Turns;
  readonly #redacted: Redaction[] = [];
  #afterLeaving = 0;
  #traces = 0;
  #stuck = 0;
  #done = true;
  #named: readonly Item[] = [];
  #pressed: Approval | null = null;
  readonly #seen: Record<Person, string[]> = { ana: [], bob: [], cyn: [] };

  constructor(rules: Rules, secrets: Secrets) {
    this.#stage = new Stage(rules, secrets);
    this.#turns = new Turns(this.#stage);
  }

  step(action: Action): void {
    this.#named = [];
    this.#pressed = null;
    this.#stage.now += 1;
    this.#done = this.#take(action);
    this.#turns.endWhatMayNotGoOn();
    if (this.#turns.isStuck(FLOOR_MS)) this.#stuck += 1;
  }

  /** Whether it was carried out. */
  #take(action: Action): boolean {
    switch (action.type) {
      case 'say':
        return this.#say(action);
      case 'write':
        return this.#write(action);
      case 'ask':
        return this.#ask(action);
      case 'decide':
        return this.#decide(action);
      case 'stop':
        return this.#stop(action);
      case 'wait':
        this.#turns.pass(WAITS_MS[action.until]);
        return true;
      case 'trust':
        if (!this.#stage.access.members.has(action.by)) return false;
        this.#stage.trust.set(action.by, action.people);
        return true;
      case 'release':
        return this.#release(action);
      case 'redact':
        return this.#redact(action);
      default:
        return this.#let(action);
    }
  }

  /** Who may do what is changed by somebody who may change it. */
  #let(action: Of<'join' | 'leave' | 'right' | 'share' | 'unshare' | 'mail' | 'notes'>): boolean {
    const { access } = this.#stage;
    const { members, askers, readers } = access;
    switch (action.type) {
      case 'join':
        this.#stage.access = { ...access, members: and(members, action.who), askers: and(askers, action.who) };
        return true;
      case 'leave':
        if (!members.has(action.who)) return false;
        this.#stage.trust.delete(action.who);
        this.#stage.access = { ...access, members: but(members, action.who) };
        return true;
      case 'right':
        if (!members.has(action.who)) return false;
        this.#stage.access = { ...access, askers: (action.asks ? and : but)(askers, action.who) };
        return true;
      case 'share':
      case 'unshare': {
        const who = (action.type === 'share' ? and : but)(readers[action.resource], action.who);
        this.#stage.access = { ...access, readers: { ...readers, [action.resource]: who } };
        return true;
      }
      case 'mail':
        this.#stage.access = { ...access, mail: action.there };
        return true;
      case 'notes':
        this.#stage.access = { ...access, notesOpen: action.open };
        return true;
    }
  }

  /** Notes down what each person sees now, where that is news. */
  look(): void {
    const { secrets, rules, access, items } = this.#stage;
    for (const person of PEOPLE) {
      const view = this.#viewOf(person, items.all);
      const never = (): readonly Item[] => items.asIfNever((item) => rules.readable(item, person, access));
      if (secrets.tracing && view !== this.#viewOf(person, never())) this.#traces += 1;
      if (view === null || this.#seen[person].at(-1) === view) continue;
      this.#seen[person].push(view);
      if (!access.members.has(person)) this.#afterLeaving += 1;
    }
  }

  run(): Run {
    const { requests, calls, items, notes, prompts, access } = this.#stage;
    return {
      seen: this.#seen,
      requests,
      calls,
      items: items.all,
      notes: notes.lines,
      prompts,
      redacted: this.#redacted,
      afterLeaving: this.#afterLeaving,
      traces: this.#traces,
      stuck: this.#stuck,
      waiting: this.#turns.approvals,
      members: access.members,
      done: this.#done,
      named: this.#named,
      pressed: this.#pressed,
    };
  }

  #say({ by, lane, words }: Of<'say'>): boolean {
    const { rules, access, secrets } = this.#stage;
    if (!rules.mayAsk(by, access)) return false;
    this.#stage.add({ lane: keyOf(lane, by), author: by, body: secrets.words(by, lane, words), influence: [by] });
    return true;
  }

  #write({ by, words }: Of<'write'>): boolean {
    const { rules, access, secrets, notes } = this.#stage;
    if (!rules.mayWrite(by, access)) return false;
    notes.typed(by, secrets.words(by, 'notes', words));
    return true;
  }

  #ask(ask: Ask): boolean {
    const { rules, access } = this.#stage;
    if (!rules.mayAsk(ask.by, access)) return false;
    if (ask.quotes !== null) this.#named = this.#quoted(ask, ask.quotes);
    this.#turns.submit(ask, ask.quotes === null ? null : this.#named);
    return true;
  }

  #quoted({ by, lane }: Ask, quotes: readonly number[]): readonly Item[] {
    const { rules, access, items } = this.#stage;
    const candidates = items.all.filter((item) => item.body !== '' && rules.candidate(item, keyOf(lane, by)));
    const known = candidates.filter((item) => rules.readable(item, by, access));
    return quotes.flatMap((number) => known.slice(number, number + 1));
  }

  #decide({ by, lane, approval: number, foreign, approve, stale }: Of<'decide'>): boolean {
    const { rules, access, secrets } = this.#stage;
    const ofLane = this.#turns.approvals.filter((one) => (one.lane === 'room') === (lane === 'room'));
    const approval = ofLane.filter(({ user }) => (user === by) !== foreign)[number];
    if (approval === undefined || (approval.releases && !secrets.approvesReleases)) return false;
    this.#pressed = approval;
    if (!rules.mayDecide(approval, by, !stale, access)) return false;
    this.#turns.hear(approval, approve ? 'approved' : 'declined', by);
    return true;
  }

  #stop({ by, lane, foreign }: Of<'stop'>): boolean {
    const waiting = this.#turns.line(keyOf(lane, by)).waiting;
    const turn = waiting.find(({ ask }) => (ask.by === by) !== foreign);
    if (turn === undefined) return false;
    this.#pressed = turn.approval;
    if (turn.ask.by !== by) return false;
    this.#turns.end(turn);
    return true;
  }

  #release({ by, item: number, foreign }: Of<'release'>): boolean {
    const { rules, access, secrets, items } = this.#stage;
    const answers = items.all.filter(({ lane, author }) => lane !== 'room' && author === 'ai');
    const item = answers.filter(({ lane }) => (lane === `me:${by}`) !== foreign)[number];
    if (item === undefined || !access.members.has(by) || !secrets.releases(by)) return false;
    this.#named = [item];
    if (!rules.mayRelease(item, by, access)) return false;
    if (rules.onlyOnce && items.all.some(({ from }) => from?.id === item.id)) return true;
    const { body, influence, usage } = item;
    if (body === '' || !rules.mayAsk(by, access)) return false;
    const resources = rules.released(item);
    this.#stage.add({ lane: 'room', author: 'ai', body, resources, influence, usage, from: item, for: by });
    return true;
  }

  #redact({ by, lane, item: number, foreign }: Of<'redact'>): boolean {
    const { rules, access, items, prompts } = this.#stage;
    const there = items.all.filter((item) => item.lane === keyOf(lane, by));
    const gone = there.filter((item) => (item.author === by || item.for === by) !== foreign)[number];
    if (gone === undefined || !access.members.has(by)) return false;
    this.#named = [gone];
    if (!rules.readable(gone, by, access) || !rules.mayRedact(gone, by)) return false;
    if (gone.body === '') return true;
    this.#redacted.push({ gone, by, prompts: prompts.length });
    items.redact(gone);
    // R14: a turn that answers what was taken away ends.
    const answering = this.#turns.line(gone.lane).waiting.find(({ prompt }) => prompt === gone.id);
    if (answering !== undefined) this.#turns.end(answering);
    return true;
  }

  /** All that a person has in front of them, or null for somebody who is not in the room. */
  #viewOf(person: Person, items: readonly Item[]): string | null {
    const { rules, access, notes } = this.#stage;
    if (!rules.sees(person, access)) return null;
    const shown = items.filter((item) => rules.readable(item, person, access));
    const { approvals } = this.#turns;
    const asked = approvals.filter(({ user }) => user === person);
    return JSON.stringify({
      members: [...access.members].toSorted(),
      items: shown.map(({ lane, author, body, resources, seq, after, usage }) => [
        lane,
        author,
        body,
        resources,
        seq,
        after,
        usage,
      ]),
      notes: notes.lines,
      queue: this.#turns.line('room').queue.map(({ ask }) => ask.by),
      // T41: everybody in the lane sees whom is waited for, nobody else sees for what.
      waiting: approvals.filter(({ lane }) => lane === 'room').map(({ user }) => user),
      asked: asked.map(({ body, effect, releases }) => [body, effect, releases]),
      // What one used oneself stays counted, also where one may no longer read what it was for.
      meter: rules.meter(this.#stage.items.all, person),
    });
  }
}

function and<T>(some: ReadonlySet<T>, one: T): ReadonlySet<T> {
  return new Set([...some, one]);
}

function but<T>(some: ReadonlySet<T>, one: T): ReadonlySet<T> {
  return new Set([...some].filter((other) => other !== one));
}
