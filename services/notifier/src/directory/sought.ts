/**
 * The form in which names are kept beside themselves to be found: without case, accents and the marks between words, so
 * that `Café_Ops` is found by `cafe ops`. What is typed is brought into the same form, so both sides always agree.
 */

/** Letters that are no letter with an accent to Unicode, and are typed as one all the same. */
const TYPED_AS: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', å: 'a', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i', ς: 'σ' };
const OTHER_LETTERS = /[ßæœøåłđðþıς]/g;
/** Accents of Latin, Greek and Cyrillic; marks of other scripts tell words apart, such as か and が. */
const ACCENTS = /[\u0300-\u036f]/g;
/** Invisible: zero-width marks and those that turn the direction of writing. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
const BETWEEN_WORDS = /[\s\-_./\\]+/g;
const LONGEST = 400;

/** What PostgreSQL cannot hold, taken out: NUL, and halves of a character. */
export function storable(text: string): string {
  return text.replace(/[\0\ud800-\udfff]/gu, '');
}

/** @returns the form to be found by; empty when nothing but marks was typed */
export function sought(text: string): string {
  const plain = storable(text).normalize('NFKD').replace(ACCENTS, '').normalize('NFC').toLowerCase().replace(ACCENTS, '');
  return plain.replace(OTHER_LETTERS, (letter) => TYPED_AS[letter] ?? letter).replace(INVISIBLE, '').replace(BETWEEN_WORDS, ' ').trim().slice(0, LONGEST);
}
