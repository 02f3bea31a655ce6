/**
 * What a handler gives back when the rest of its work, such as waiting for a batch, does not need the message any more: what
 * was read of the message can be freed meanwhile. The message is settled when `done` is.
 */
export class RestOfWork {
  constructor(readonly done: Promise<void>) {
    done.catch(() => {}); // whoever settles the message hears of it, a moment later
  }
}
