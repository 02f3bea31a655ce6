/** What the process tells the shell. CI jobs depend on these numbers. */
export const EXIT = {
  /** It was done, and the answer is yes. */
  ok: 0,
  /** It was done, and the answer is no: a check failed, a threshold was passed, a message was not posted. */
  no: 1,
  /** It could not be asked like this: wrong use, no permission, refused by Tocsin. The same call fails again. */
  refused: 2,
  /** Tocsin could not be reached or could not answer. The same call may pass later. */
  unavailable: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with one clear message on standard error. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';

  /** @param problem problem details, as Tocsin answered them */
  constructor(
    readonly code: ExitCode,
    message: string,
    readonly problem?: object,
  ) {
    super(message);
  }
}
