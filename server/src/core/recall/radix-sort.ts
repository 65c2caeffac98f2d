/** Keys are whole numbers of 32 bits, below nothing too, and are sorted by three digits. */
const KEY_BITS = 32;
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
/** The lowest key counts as 0. */
const SIGN = 1 << (KEY_BITS - 1);

/**
 * Numbers that are `key * span + rest`, with a rest from 0 to below the span, by their keys; those of one key stay in
 * their order. By one digit after the other, the lowest first, so that no keys make it slow. Writes over what it is handed.
 */
export function radixSorted(numbers: Float64Array, span: number): Float64Array {
  let from = numbers;
  let to: Float64Array = new Float64Array(numbers.length);
  for (let shift = 0; shift < KEY_BITS; shift += DIGIT_BITS) {
    const places = placesOf(from, span, shift);
    for (let at = 0; at < from.length; at++) {
      const one = from[at] ?? 0;
      const digit = digitOf(one, span, shift);
      const place = places[digit] ?? 0;
      to[place] = one;
      places[digit] = place + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Where the first with each digit goes. */
function placesOf(numbers: Float64Array, span: number, shift: number): Int32Array {
  const places = new Int32Array(DIGITS + 1);
  for (let at = 0; at < numbers.length; at++) {
    const behind = digitOf(numbers[at] ?? 0, span, shift) + 1;
    places[behind] = (places[behind] ?? 0) + 1;
  }
  for (let digit = 1; digit < places.length; digit++) places[digit] = (places[digit] ?? 0) + (places[digit - 1] ?? 0);
  return places;
}

function digitOf(one: number, span: number, shift: number): number {
  return ((Math.floor(one / span) ^ SIGN) >>> shift) & (DIGITS - 1);
}
