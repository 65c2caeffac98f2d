import type { ToolAuthView, UsageRow } from '@parley/shared/admin';
import type { EffectClass, ToolClass, ToolFunction } from '@parley/shared/tools';
import type { AdminTab } from './admin-tab.ts';

/** Every word of the admin page. */
export const adminStrings = {
  title: 'Administration',
  views: 'What to administer',
  tabs: { rooms: 'Rooms', people: 'People', tools: 'Tools', usage: 'Usage', audit: 'Audit' } satisfies Record<
    AdminTab,
    string
  >,
  loading: 'Loading …',
  more: 'Show more',
  again: 'Try again',
  cancel: 'Cancel',
  deniedTitle: 'This page is for admins of the organisation',
  denied:
    'You are signed in, but your account does not have the role “admin”. Ask whoever runs your organisation’s sign-in.',
  signInTitle: 'You are not signed in',
  signIn: 'The server does not accept your sign-in any more. Sign in again, then reload this page.',
  failed: 'This could not be loaded.',

  noRooms: 'There are no rooms yet.',
  roomTitle: 'Room',
  members: 'Members',
  waiting: 'Approvals that wait',
  waitingInAll: (count: number): string => {
    if (count === 0) return 'No call of a tool waits for anybody’s approval in a room.';
    return `${count} ${count === 1 ? 'call of a tool waits' : 'calls of tools wait'} for somebody’s approval. What for is theirs alone to see; private lanes are not counted.`;
  },
  created: 'Made on',
  who: (members: readonly { readonly user: string; readonly role: string }[]): string =>
    members.map(({ user, role }) => `${user} (${role})`).join(', '),

  noPeople: 'Nobody is in a room yet.',
  person: 'Person',
  roomsOf: 'Rooms',
  noRoomsOf: 'in no room',
  revokedAt: (when: string): string => `Revoked on ${when}`,
  revoke: 'Revoke now',
  revokeOf: (user: string): string => `Revoke now: ${user}`,
  revokeTitle: (user: string): string => `Revoke the access of ${user} now?`,
  revokeFacts: (user: string): readonly string[] => [
    `Every token that ${user} holds now is refused from now on.`,
    `All open windows of ${user} are disconnected at once.`,
    `What ${user} has waiting or running with the AI ends as revoked.`,
  ],
  revokeStays: (rooms: number): string =>
    `Memberships stay (${rooms} ${rooms === 1 ? 'room' : 'rooms'}). With a fresh token they come back: to keep them out, block them at your sign-in first.`,
  revokeGo: (user: string): string => `Revoke ${user}`,
  revoked: (user: string): string => `The access of ${user} was revoked.`,

  noTools: 'No tool is registered yet.',
  withdraw: (title: string): string => `Withdraw ${title}`,
  withdrawTitle: (title: string): string => `Withdraw ${title} from every room?`,
  withdrawFacts: (functions: number): readonly string[] => [
    `Nothing of it can be called any more: ${functions} ${functions === 1 ? 'function' : 'functions'}, in all rooms.`,
    'Rooms keep it in their lists, marked as withdrawn, until it is registered again.',
  ],
  withdrawn: (title: string): string => `${title} was withdrawn.`,
  fn: 'Function',
  cls: 'Class',
  classes: {
    pure: 'Pure: works something out',
    read: 'Read: looks something up',
    egress: 'Egress: carries words out',
    act: 'Act: changes something',
    admin: 'Admin: no model may call it',
  } satisfies Record<ToolClass, string>,
  unsaid: 'Say nothing: the strictest holds',
  effect: 'After a lost answer',
  effects: {
    read: 'Call again: it changes nothing',
    idempotent: 'Call again: it knows the same call',
    reconcilable: 'Ask it what became of the call',
    irreversible: 'Never call again by itself',
  } satisfies Record<EffectClass, string>,
  results: 'What it returns',
  resultsOf: {
    labelled: 'For those who may read each item',
    public: 'For everyone in the organisation',
  } satisfies Record<ToolFunction['results'], string>,
  recipients: 'Arguments that name who receives it',
  noRecipients: 'none named',
  terms: 'What each function may do',
  termsHelp:
    'A function that reads runs silently. One that changes something or carries words out asks whoever speaks, when others shaped the call.',
  revision: (revision: number, by: string): string => `revision ${revision}, by ${by}`,
  register: 'Register a tool',
  change: (title: string): string => `Change ${title}, or ask it again`,
  name: 'Name, as rooms call it',
  nameHint: 'Lower-case letters, digits and “-”',
  toolTitle: 'Title',
  kind: 'Kind',
  kinds: { mcp: 'MCP server', http: 'HTTP, described by OpenAPI' },
  url: 'Address',
  auth: 'How it knows who calls',
  auths: {
    none: 'It does not',
    parley: 'A token that Parley signs',
    exchange: 'That token, exchanged (RFC 8693)',
    oauth: 'Everyone’s own account (OAuth)',
    secret: 'One secret, for connectors',
  } satisfies Record<ToolAuthView['kind'], string>,
  authFields: {
    audience: 'Audience of the token',
    tokenUrl: 'Where tokens are given out',
    authorizeUrl: 'Where people sign in',
    clientId: 'Client id',
    clientSecret: 'Client secret',
    scopes: 'Scopes',
    secret: 'Secret',
  },
  authHints: {
    audience: 'The name that the tool knows itself by',
    tokenUrl: 'Its token endpoint',
    authorizeUrl: 'Its authorization endpoint',
    clientId: 'What this server is called there',
    clientSecret: 'Kept sealed, and never shown again',
    scopes: 'Separated by spaces',
    secret: 'Kept sealed, and never shown again',
  },
  secretKept: 'One is kept. Leave this empty to keep it.',
  authWrong: 'What it is told about who calls does not fit together.',
  discoverWith: 'Token to ask it with (optional)',
  discoverHint: 'Used this once, to ask what it can do, and not kept',
  changeGo: 'Ask it again, and save',
  registerGo: 'Ask it what it can do, and register it',
  registering: 'Asking the tool …',
  registered: (title: string, count: number): string =>
    `${title} is registered with ${count} ${count === 1 ? 'function' : 'functions'}.`,
  unclassified: (names: readonly string[]): string =>
    `Nothing was said yet of ${names.join(', ')}. Until then the strictest holds: an act that is never called again by itself, and that asks whoever speaks when others shaped it.`,
  changed: (names: readonly string[]): string => `Described otherwise than before: ${names.join(', ')}.`,
  gone: (names: readonly string[]): string => `Not offered any more: ${names.join(', ')}.`,

  noUsage: 'No model was called in the last 30 days.',
  usageSpan: 'The last 30 days, in whole days (UTC).',
  by: 'Summed by',
  fields: { user: 'Person', room: 'Room', model: 'Model', day: 'Day' },
  privateLanes: 'Private lanes',
  columns: {
    calls: 'Calls',
    inputTokens: 'Input',
    cachedTokens: 'of it cached',
    outputTokens: 'Output',
  } satisfies Partial<Record<keyof UsageRow, string>>,
  plotOf: (field: string, input: string, output: string): string =>
    `Tokens by ${field.toLowerCase()}: ${input} input, ${output} output in all. The numbers are in the table below.`,
  plotInput: 'Input tokens',
  plotOutput: 'Output tokens',

  noLines: 'No line fits this.',
  when: 'When',
  action: 'Action',
  target: 'On',
  room: 'Room',
  outcome: 'Outcome',
  filters: 'Filters',
  byWhom: 'By',
  any: 'Any',
  outcomes: { done: 'Done', refused: 'Refused' },
  filter: 'Filter',
  refusedWith: (code: string | null): string => (code === null ? 'Refused' : `Refused: ${code}`),
  exportAs: (format: string): string => `Export as ${format}`,
  exported: 'The file was saved.',
} as const;
