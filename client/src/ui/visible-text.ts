/** Characters that change how others are read, or are not seen at all; line breaks and tabs are meant. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A text in which nothing is hidden: what would turn the reading direction, stack up or vanish is shown as
 * its code. For words that somebody is about to agree to.
 */
export function visibleText(text: string): string {
  return text.replace(
    UNSEEN,
    (char) => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}
