/** The id of anything, as the world of told histories makes them; the letter is its kind's last. */
const ID = /([a-z])_(\d{6})/g;

/** What an approval shows of its call in one word: the turn's id is in it (T38), so it is as random as that. */
const DIGEST = /(digest(?:w\+|\\*":\\*"))([\w-]{43})/g;

/**
 * Everything with its ids numbered by where they first stand. Ids are random (R9), so which ones somebody sees says
 * nothing; that the same one stands in two places does, and stays.
 */
export function sameIds<T>(told: T): T {
  const numbers = new Map<string, string>();
  const numbered = (id: string): string => {
    const number = numbers.get(id) ?? String(numbers.size + 1).padStart(6, '0');
    numbers.set(id, number);
    return number;
  };
  const json = JSON.stringify(told)
    .replaceAll(ID, (id, kind: string) => `${kind}_${numbered(id)}`)
    .replaceAll(DIGEST, (_, before: string, digest: string) => `${before}d_${numbered(digest)}`);
  return JSON.parse(json) as T;
}
