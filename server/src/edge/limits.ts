/** Bounds of the edge, in one place. Bytes, milliseconds and counts. */

/** Largest request body: the longest text a room may allow, escaped, with its envelope. */
export const MAX_BODY = 2 * 1024 * 1024;
/** The WebSocket library closes 1009 above this; smaller limits below are refused with their own code. */
export const MAX_FRAME = 2 * 1024 * 1024;
/** Largest message for one document: an update of 256 KiB and its envelope. */
export const MAX_DOC_MESSAGE = 256 * 1024 + 64;

/** Beyond this many queued bytes a peer is sent no more updates until it drains. */
export const QUEUE_SOFT = 1024 * 1024;
/** At this many queued bytes a peer is closed. */
export const QUEUE_HARD = 8 * 1024 * 1024;
/** At this many bytes of document states that a peer asked for and does not take, it is closed: four whole documents. */
export const ASKED_HARD = 128 * 1024 * 1024;
/** A peer that stays above the soft bound for so long is closed. */
export const STALL_MS = 30_000;

/** Stock clients give up on a socket that is silent for 30 s, and they check every 3 s. */
export const KEEP_ALIVE_MS = 15_000;
/** Beats without a byte from the other side before it counts as gone. */
export const MISSED_BEATS = 3;

export const AUTH_MS = 10_000;
export const REQUEST_MS = 15_000;
/** How long the other side has to answer a close. */
export const CLOSE_MS = 5_000;
export const TICKET_MS = 30_000;
export const MAX_WAIT_SECONDS = 30;

/** Frames one socket may send: a burst, and what it earns back a second. */
export const FRAME_BURST = 5_000;
export const FRAMES_PER_SECOND = 1_000;

/** Opening a document, or asking for what is missing of one, counts as so many frames: each may cost a whole document. */
export const ASKING_FRAMES = 50;

/** Requests one person may make in a window of seconds. */
export const REQUESTS_PER_WINDOW = 1_200;
export const REQUEST_WINDOW_SECONDS = 10;

/** Codes that open nothing before somebody has to wait, and for how long they count. */
export const INVITE_FAILURES = 10;
export const INVITE_FAILURE_WINDOW_SECONDS = 60;

/** Documents one multiplexed socket may have open: a person may read many shelves. */
export const MAX_OPEN_DOCS = 128;

/** How long a tool server has to say what it can do. */
export const DISCOVERY_MS = 20_000;

/** Refusals of one person that the audit notes in a window of seconds. */
export const REFUSALS_NOTED = 60;
export const REFUSALS_WINDOW_SECONDS = 60;

/** Lines of the audit read at once for a file of all of them. */
export const AUDIT_BATCH = 1_000;
