import type { FaultCode, Fault } from '@parley/shared/fault';
import type { Outcome } from '@parley/shared/entry';
import type { RoomRole } from '@parley/shared/roles';

/** Every word the element says, in one table: translating the element means translating this file. */
export const strings = {
  room: 'Shared AI room',
  ai: 'AI',
  you: 'you',
  youBegin: 'You',
  untitled: 'Room',

  here: (names: readonly string[], more: number): string => {
    if (names.length === 0) return 'Nobody else is here';
    return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''} ${names.length + more === 1 ? 'is' : 'are'} here`;
  },
  typing: (names: readonly string[]): string => {
    if (names.length > 2) return 'Several people are typing';
    return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing`;
  },

  connected: 'Live',
  saving: 'Saving notes',
  connecting: 'Connecting',
  reconnectingShort: 'Reconnecting',
  offlineShort: 'Offline',
  endedShort: 'Not connected',

  openPanel: (waiting: number) => (waiting > 0 ? `Open side panel, ${waiting} waiting` : 'Open side panel'),
  closePanel: 'Close side panel',
  panel: 'Side panel',
  tabs: { queue: 'Queue', notes: 'Notes', private: 'Private', people: 'People', tools: 'Tools', usage: 'Usage' },
  partLoading: 'Loading',
  partFailed: 'This part could not be loaded.',

  search: 'Search this room',
  searchPlaceholder: 'Search the conversation',
  closeSearch: 'Close search',
  searchFound: (count: number): string => (count === 1 ? '1 entry' : `${count} entries`),
  nothingFound: (query: string): string => `Nothing here says “${query}”`,
  nothingFoundHelp: 'The search reads everything here that you may read, your private lane too.',

  transcript: 'Conversation',
  privateTranscript: 'Your private lane',
  asked: 'asked the AI',
  offRecord: 'off the record',
  answerFor: (name: string): string => `for ${name}`,
  answering: (name: string): string => `Answering ${name}`,
  answeringYou: 'Answering you',
  thinking: 'Thinking',
  stop: 'Stop',
  stopping: 'Stopping',
  stopAnswer: (name: string): string => `Stop the answer for ${name}`,
  waitingFor: (name: string): string => `Waiting for ${name}’s approval`,
  waitingForYou: 'Waiting for your approval',
  parkedShort: 'Waits aside',
  parked: 'Others go on meanwhile; it takes its place again once it is decided.',
  approvalWaits: 'Your approval is asked for',
  approvalAsks: (title: string, call: string): string => `The AI wants to act as you: ${title} (${call}).`,
  approvalsMore: (count: number): string => (count === 1 ? '1 more waits.' : `${count} more wait.`),
  review: 'Review',
  toldYou: 'Only you are told this',
  look: 'Look in Private',
  waiting: (count: number): string => (count === 1 ? '1 prompt waits' : `${count} prompts wait`),
  yourPlace: (place: string): string => `yours is ${place}`,
  showQueue: 'Show the queue',
  showRest: 'Show the rest',
  fold: 'Show less',
  copy: 'Copy',
  copied: 'Copied',
  copyCode: 'Copy this code',
  codeBlock: 'Code',
  image: (alt: string): string => (alt === '' ? 'image' : `image: ${alt}`),
  cost: (tokens: string, model: string): string => `${tokens} tokens · ${model}`,
  costDetail: (input: string, cached: string, output: string): string =>
    `${input} read (${cached} of them from cache), ${output} written`,
  costWhose: (name: string, inRoom: boolean): string =>
    inRoom
      ? `It counts for ${name}, this room and the organisation; what came from cache for the room and the organisation alone.`
      : `It counts for ${name} and the organisation, and for no room.`,
  newSince: 'New since you left',
  newBelow: (count: number): string => (count === 1 ? '1 new below' : `${count} new below`),
  answerBelow: 'Answer below',
  toNewest: 'To the newest',
  earlier: 'Show earlier entries',
  loadingEarlier: 'Loading earlier entries',
  beginning: 'This is where the conversation begins.',
  earlierFailed: 'Earlier entries could not be loaded.',
  loading: 'Loading the conversation',
  digest: 'Summary of earlier entries',
  tool: (name: string): string => `Tool: ${name}`,

  today: 'Today',
  yesterday: 'Yesterday',

  outcomes: {
    completed: 'Answered',
    cancelled: 'Stopped',
    rejected: 'Rejected',
    expired: 'Expired',
    revoked: 'Ended: the right was taken away',
    superseded: 'Replaced',
    failed: 'No answer',
    'outcome-unknown': 'Outcome unknown',
  } satisfies Record<Outcome, string>,
  outcomeBy: (outcome: string, name: string): string => `${outcome} by ${name}`,

  emptyTitle: 'Nothing has been said yet',
  emptyHelp: 'Everyone in this room shares one conversation and one AI.',
  emptyTry: 'Three things to try:',
  tries: [
    { title: 'Ask together', text: 'Summarise what this room is for in two sentences, so that we can agree on it.' },
    { title: 'Plan something', text: 'Draft a short agenda for our next meeting and ask us what is missing.' },
    { title: 'Think it over', text: 'Which three questions should we answer before we start?' },
  ],
  alone: 'You are the only one here. Whoever joins sees what is written now.',
  emptyPrivateTitle: 'Only you see this lane',
  emptyPrivateHelp: 'Ask the AI something for your eyes only. The room does not see the question or the answer.',

  sayMode: 'Say',
  askMode: 'Ask AI',
  what: 'What to do',
  to: 'To',
  toRoom: 'Room',
  toMe: 'Only me',
  composer: 'Write to the room',
  composerPrivate: 'Write in your private lane',
  placeholder: {
    ask: { room: 'Ask the AI', me: 'Ask the AI privately' },
    say: { room: 'Write to everyone here', me: 'Write a note to yourself' },
  },
  effect: {
    ask: { room: 'Ask the AI. Everyone here sees the answer.', me: 'Ask the AI. Only you see the answer.' },
    say: { room: 'Everyone here sees this. The AI does not answer.', me: 'Only you see this note.' },
  },
  effectShort: {
    ask: { room: 'Everyone sees the answer', me: 'Only you see the answer' },
    say: { room: 'Everyone sees this', me: 'Only you see this' },
  },
  keys: 'Enter sends, Shift and Enter makes a new line',
  send: 'Send',
  readOnly: 'You can read this room, but not write in it.',
  readOnlyHelp: 'An owner of the room can make you a speaker.',

  pending: {
    unsent: 'Not sent yet',
    sent: 'Sending',
    accepted: 'Received',
    waiting: (place: string): string => `Waiting, ${place}`,
    waitingNext: 'Next in line',
    held: 'On hold while it is edited',
    stillWanted: 'On hold: still wanted?',
    refused: 'Refused',
  },
  retry: 'Send again',
  discard: 'Discard',

  queueEmpty: 'Nobody waits',
  queueEmptyHelp:
    'A prompt is answered at once while the AI is free. When several people ask, they wait here in this order.',
  queueNow: 'Now',
  queueNext: 'Next',
  queuePlace: (place: number): string => `Place ${place}`,
  queueList: 'Prompts that wait, in the order they are answered',
  queuePrivate: 'Only yours',
  heldByYou: 'You are editing this. It keeps its place and will not start meanwhile.',
  heldBy: (name: string): string => `${name} is editing this. It keeps its place.`,
  onHold: 'On hold',
  stillWanted:
    'The server restarted while this waited. Is it still wanted? It starts when you keep it; without a word from you it ends unanswered.',
  stillWantedBy: (name: string): string =>
    `The server restarted while this waited. ${name} decides whether it is still wanted.`,
  keepIt: 'Keep it',
  edit: 'Edit',
  withdraw: 'Withdraw',
  save: 'Save',
  cancel: 'Cancel',
  editPrompt: 'Edit your prompt',

  notes: 'Shared notes',
  notesHelp: 'Everyone in the room edits these notes together.',
  notesLoading: 'Opening the notes',
  notesFailed: 'The editor could not be loaded.',
  notesReadOnly: 'You can read these notes, but not change them.',
  notesEmpty: 'Write something down for the room',
  notesSaved: 'All changes are saved',
  notesSaving: 'Saving',
  notesUnsent: 'Kept here until the connection is back',
  tryAgain: 'Try again',

  rename: 'Rename this room',
  titleMade: 'named by Parley',
  titleMadeHelp:
    'Parley named this room after what was said in it, because nobody had. Whoever may rename it can give it another name.',
  roomTitle: 'Title of this room',
  leftTitle: 'You left this room',
  leftHelp: 'Nothing of it is shown here any more.',
  openAgain: 'Open it again',

  roles: { owner: 'Owner', moderator: 'Moderator', speaker: 'Speaker', reader: 'Reader' } satisfies Record<
    RoomRole,
    string
  >,

  reconnecting: 'The connection was lost. Trying again.',
  draining: 'The server is restarting. This takes a moment; nothing is lost.',
  offline: 'You are offline. Your words are kept and sent when you are back.',
  unsent: (count: number): string => (count === 1 ? '1 thing not sent yet' : `${count} things not sent yet`),
  modelDown: 'The model could not be reached.',
  modelDownHelp: 'The last question got no answer; messages to people still work.',
  lostWords: 'The server did not take some of your changes to the notes. Here are your words:',
  lostWordsDone: 'I have them',
  dismiss: 'Dismiss',

  closedTitle: 'This room is not open to you',
  removedTitle: 'You are no longer in this room',
  removedBy: (name: string, time: string, day: string): string => `You were removed by ${name} at ${time} on ${day}.`,
  removedPlain: 'The room does not exist, or you are not a member of it.',
  expiredTitle: 'Your sign-in has ended',
  expiredHelp: 'Sign in again in the app that brought you here, then open the room again.',
  forbiddenTitle: 'You may not do this here',
  endedTitle: 'The connection has ended',
  reload: 'Try again',
  keptWords: 'These words of yours were not sent. Copy them if you want to keep them:',

  announceAnswer: (name: string, text: string): string => `The AI answered ${name}: ${text}`,
  announceEnded: (name: string, outcome: string): string => `The answer for ${name} ended: ${outcome}`,
  announceMessage: (name: string, text: string): string => `${name}: ${text}`,
  announcePrompt: (name: string, text: string): string => `${name} asked the AI: ${text}`,
  announceApproval: (title: string): string =>
    `The AI asks for your approval: ${title}. Choose Review above the place where you write.`,
  announceRefused: (why: string): string => `Your words were refused: ${why}`,
  announceOnline: 'Connected again',
  announceOffline: 'The connection was lost',

  /** What went wrong and what to do about it; faults not named here show the server's own words. */
  faults: {
    rate_limited: 'That was too much at once. Wait a moment, then send it again.',
    queue_full: 'The queue is full. Wait until a place is free, then send it again.',
    too_large: 'That is longer than this room allows. Shorten it, or put it into the notes.',
    already_started: 'The AI has already started on it.',
    already_ended: 'It has already ended.',
    revision_conflict: 'It was changed meanwhile. Look at it again before you save.',
    forbidden: 'You do not have the right to do this here.',
    last_owner: 'A room keeps at least one owner. Make somebody else an owner first.',
    unavailable: 'The server cannot be reached right now. Try again in a moment.',
    internal: 'Something went wrong on the server. Try again in a moment.',
  } as Partial<Record<FaultCode, string>>,
} as const;

/** A refusal in words for a person. */
export function faultWords(fault: Fault): string {
  return strings.faults[fault.code] ?? fault.detail;
}
