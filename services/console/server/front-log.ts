/** Where the front tells what went wrong on its side. */
export interface FrontLog {
  warn(details: object, message: string): void;
}
