import { crosses, EMPTY, hold, isPressed, left, settle, type Account } from '../core/budget/account.ts';
import { chargeOf, outputWithin, scopesOf, type Payer, type Spent } from '../core/budget/charge.ts';
import { monthOf, scopeKey, type Scope } from '../core/budget/scopes.ts';
import { tenantKey, type Tenant } from '../core/tenant.ts';
import type { BudgetTable, SetScope } from '../ports/budgets.ts';
import type { Clock } from '../ports/system.ts';

export interface Claim {
  readonly tenant: Tenant;
  readonly payer: Payer;
  /** What the payer's grants in the room limit them to; null: nothing. */
  readonly granted: number | null;
  readonly inputTokens: number;
  /** Of the output, in nine of ten cases, and at most. */
  readonly p90: number;
  readonly most: number;
}

/** Who is charged. */
export interface Charged {
  readonly claim: Pick<Claim, 'tenant' | 'granted'>;
  readonly scopes: readonly Scope[];
}

/** What is held for a call until it is given back. */
export interface Reservation {
  readonly claim: Claim;
  readonly scopes: readonly Scope[];
  /** How long its answer may be. */
  readonly outputTokens: number;
  readonly book: Book;
}

/** The accounts of one tenant in one month. */
interface Book {
  readonly month: string;
  readonly accounts: Map<string, Account>;
}

/** What a limited scope stands at. */
export interface Standing {
  readonly month: string;
  readonly tokens: number | null;
  /** The limit is no number of tokens: nothing may be used until it is set again. */
  readonly unreadable: boolean;
  readonly used: number;
  readonly held: number;
}

/** The budgets of every tenant (G7), for all rooms at once: nothing can come between a look and its hold. */
export class Budgets {
  readonly #table: BudgetTable;
  readonly #clock: Clock;
  readonly #books = new Map<string, Book>();

  constructor(table: BudgetTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** Holds what a call may use at most, in every account that pays, or says which one is used up. */
  reserve(claim: Claim): Reservation | { readonly spent: Scope } {
    const book = this.#book(claim.tenant);
    const scopes = scopesOf(claim.payer);
    const spaces = scopes.map((scope) => ({ scope, space: this.#space(book, claim, scope) }));
    const tightest = spaces.reduce((least, each) => (each.space < least.space ? each : least));
    const outputTokens = outputWithin(tightest.space - claim.inputTokens, claim.p90, claim.most);
    if (outputTokens === null) return { spent: tightest.scope };
    for (const scope of scopes) change(book, scope, (account) => hold(account, claim.inputTokens + outputTokens));
    return { claim, scopes, outputTokens, book };
  }

  /** Holds again what was held for a call that outlived the process, whatever is left. */
  holdAgain({ tenant, payer }: Pick<Claim, 'tenant' | 'payer'>, tokens: number): Reservation {
    const book = this.#book(tenant);
    const scopes = scopesOf(payer);
    for (const scope of scopes) change(book, scope, (account) => hold(account, tokens));
    const claim = { tenant, payer, granted: null, inputTokens: tokens, p90: 0, most: 0 };
    return { claim, scopes, outputTokens: 0, book };
  }

  /** Charges what was used; names the accounts that this took over the mark at which a person is told. */
  charge({ claim, scopes }: Charged, spent: Spent): readonly Scope[] {
    const book = this.#book(claim.tenant);
    return scopes.filter((scope) => {
      const before = book.accounts.get(scopeKey(scope)) ?? EMPTY;
      const after = change(book, scope, (account) => settle(account, 0, chargeOf(scope, spent)));
      return crosses(before, after, this.#limit(claim, scope));
    });
  }

  /** Gives back what was held. */
  release({ claim, scopes, outputTokens, book }: Reservation): void {
    for (const scope of scopes) change(book, scope, (account) => settle(account, claim.inputTokens + outputTokens, 0));
  }

  /** Whether a call of so many tokens would take any account that pays to four fifths, or it is there (C17). */
  isPressed({ payer, ...claim }: Omit<Claim, 'p90' | 'most'>): boolean {
    const { accounts } = this.#book(claim.tenant);
    return scopesOf(payer).some((scope) => {
      const account = accounts.get(scopeKey(scope)) ?? EMPTY;
      return isPressed(account, claim.inputTokens, this.#limit(claim, scope));
    });
  }

  /** What a person has left of their own in a room; null: nothing limits them. */
  leftOf(claim: Pick<Claim, 'tenant' | 'payer' | 'granted'>): number | null {
    const own = scopesOf(claim.payer).filter(({ kind }) => kind === 'user' || kind === 'grant');
    const least = Math.min(...own.map((scope) => this.#space(this.#book(claim.tenant), claim, scope)));
    return Number.isFinite(least) ? Math.max(0, least) : null;
  }

  standing(tenant: Tenant, scope: SetScope): Standing {
    const { month, accounts } = this.#book(tenant);
    const unreadable = this.#table.limit(tenant, scope) === 'unreadable';
    const tokens = this.#set(tenant, scope);
    return { month, tokens, unreadable, ...(accounts.get(scopeKey(scope)) ?? EMPTY) };
  }

  setLimit(tenant: Tenant, scope: SetScope, tokens: number | null): Promise<void> {
    return this.#table.setLimit(tenant, scope, tokens);
  }

  #space(book: Book, claim: Pick<Claim, 'tenant' | 'granted'>, scope: Scope): number {
    return left(book.accounts.get(scopeKey(scope)) ?? EMPTY, this.#limit(claim, scope));
  }

  #limit({ tenant, granted }: Pick<Claim, 'tenant' | 'granted'>, scope: Scope): number | null {
    return scope.kind === 'grant' ? granted : this.#set(tenant, scope);
  }

  /** What nobody can read any more was meant to limit: rather nothing is used than too much. */
  #set(tenant: Tenant, scope: SetScope): number | null {
    const limit = this.#table.limit(tenant, scope);
    return limit === 'unreadable' ? 0 : limit;
  }

  /** This month's; what was used of it before this process is on disk. */
  #book(tenant: Tenant): Book {
    const month = monthOf(this.#clock.now());
    const known = this.#books.get(tenantKey(tenant));
    if (known?.month === month) return known;
    const book: Book = { month, accounts: new Map() };
    for (const { user, room, private: own, ...spent } of this.#table.used(tenant, month)) {
      const payer = (user === 'system' ? { user: null, room } : { user, room, shared: !own }) as Payer;
      for (const scope of scopesOf(payer)) change(book, scope, (account) => settle(account, 0, chargeOf(scope, spent)));
    }
    this.#books.set(tenantKey(tenant), book);
    return book;
  }
}

function change({ accounts }: Book, scope: Scope, by: (account: Account) => Account): Account {
  const after = by(accounts.get(scopeKey(scope)) ?? EMPTY);
  accounts.set(scopeKey(scope), after);
  return after;
}
