/** What the fields of contracts and queries are, each in a sentence for people who never saw the code: OpenAPI and AsyncAPI carry it. */

export interface DescribedField {
  /** Prototype of the class that has it. */
  target: object;
  name: string;
  description: string;
}

const FIELDS: DescribedField[] = [];

/** Says what a field is: its unit, its form where that is not obvious, and when it is left out. */
export function Field(description: string): PropertyDecorator {
  return (target, name) => {
    FIELDS.push({ target, name: String(name), description });
  };
}

/** The fields of all classes that are loaded. */
export function describedFields(): readonly DescribedField[] {
  return FIELDS;
}
