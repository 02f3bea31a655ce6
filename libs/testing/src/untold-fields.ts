/** What OpenAPI and AsyncAPI say of fields: a sentence for each, since their readers never saw the code. */

const SENTENCE = /^[A-Z`\d].*\.$/s;

export function isSentence(text: unknown): boolean {
  return typeof text === 'string' && SENTENCE.test(text);
}

/** The fields of every schema in `document` of which no sentence is said, by where they are. */
export function untoldFields(document: object, at = ''): string[] {
  return Object.entries(document).flatMap(([key, inside]: [string, unknown]) => {
    if (typeof inside !== 'object' || inside === null) return [];
    const fields = key === 'properties' ? Object.entries(inside as Record<string, { description?: unknown }>) : [];
    return [...fields.filter(([, { description }]) => !isSentence(description)).map(([name]) => `${at}/${name}`), ...untoldFields(inside, `${at}/${key}`)];
  });
}
