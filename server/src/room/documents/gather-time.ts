/** Writing to a socket costs most of what a change costs: 100 readers are about two milliseconds of work. */
const MS_A_READER = 0.33;
/** Pieces of a streamed answer are no closer, however few read them (G11). */
export const PIECE_MS = 33;
/** As the pieces of a streamed answer (G11): nobody sees that words of others come thirty times a second. */
const MOST_MS = 33;

/**
 * How long changes to a document may be gathered after the last ones, in milliseconds, so that they share a synced
 * commit and a write to each socket. By the number of readers, so that a document costs at most about a tenth of a
 * process however fast people write in it; somebody who writes after a pause is never made to wait, nor are a few
 * people among themselves.
 */
export function gatherMs(readers: number): number {
  return Math.min(MOST_MS, Math.floor(readers * MS_A_READER));
}

/** How far apart the pieces of a streamed answer are at least, in milliseconds: the same load for the same reason. */
export function pieceMs(readers: number): number {
  return PIECE_MS + gatherMs(readers);
}
