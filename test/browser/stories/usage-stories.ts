import type { BudgetView, UsageRow } from '@parley/shared/admin';
import { ok, refuse, type Result } from '@parley/shared/fault';
import { RoomId, UserId } from '@parley/shared/ids';
import { entries, lane, view } from './build.ts';
import { conversation } from './conversation.ts';
import { ana, ben, chioma, dmitri } from './people.ts';

type Budget = Pick<BudgetView, 'tokens' | 'used' | 'reserved'>;
const LOBBY = RoomId.parse('lobby');
const row = (by: Partial<UsageRow>, calls: number, inputTokens: number): UsageRow => {
  const cachedTokens = Math.floor(inputTokens * 0.7);
  const rest = { cacheWriteTokens: 0, reasoningTokens: calls * 120, cost: calls * 2_900, unpriced: 0 };
  return { ...by, calls, inputTokens, cachedTokens, outputTokens: calls * 310, ...rest };
};
const MINE = [
  row({ room: LOBBY }, 41, 181_204),
  row({ room: null }, 7, 22_930),
  row({ room: RoomId.parse('garden') }, 3, 4_100),
];
const ROOMS = [
  row({ user: 'chioma' }, 12, 60_410),
  row({ user: 'ana' }, 41, 181_204),
  row({ user: 'ben' }, 30, 120_003),
];

const KEYS = {
  items: [{ provider: 'api.openai.com', models: ['gpt-5-mini'], mine: true, tenant: false }],
  policy: { personal: true, fallback: false, unreadable: false },
};

/** A server that tells these budgets and what was used of them. */
function told(mine: Budget, room: Budget) {
  return (path: string, { whose }: { readonly whose?: string | null }): Result<unknown> => {
    if (path === '/v1/budgets/me') return ok({ month: '2031-03', unreadable: false, ...mine });
    if (path === '/v1/budgets/room%3Alobby') return ok({ month: '2031-03', unreadable: false, ...room });
    if (path === '/v1/keys') return ok(KEYS);
    return path === '/v1/usage' ? ok({ items: whose === 'mine' ? MINE : ROOMS }) : refuse('not_found');
  };
}

const full = { people: [ana, ben, chioma, dmitri], room: lane({ entries: entries(conversation) }) };
const members = [{ user: UserId.parse('ana'), name: 'Ana', role: 'speaker', grants: { budget: 150_000 } } as const];
const most = { tokens: 2_000_000, used: 412_480, reserved: 0 };
const none = { tokens: null, used: 0, reserved: 0 };

/** What the tab about usage shows. */
export const usageStories = {
  usage: {
    view: view('speaker', full),
    panel: 'usage',
    members,
    told: told({ tokens: 250_000, used: 208_444, reserved: 9_100 }, most),
  },
  'usage-spent': {
    view: view('speaker', full),
    panel: 'usage',
    told: told({ tokens: 250_000, used: 250_000, reserved: 0 }, most),
  },
  'usage-owner': { view: view('owner', full), panel: 'usage', told: told(none, most) },
  'own-keys': { view: view('speaker', full), panel: 'usage', told: told(none, most), opened: ['Your own keys'] },
  'usage-failed': {
    view: view('owner', full),
    panel: 'usage',
    told: () => refuse('unavailable'),
  },
  'models-composer': {
    view: view('speaker', full),
    models: ['gpt-5-mini', 'claude-large', 'local-llama'],
    panel: 'queue',
  },
  'models-room': { view: view('owner', full), models: ['gpt-5-mini', 'claude-large', 'local-llama'], panel: 'people' },
} as const;
