/** Whether the `count`-th failure in a row is told: the first, second, fourth, eighth… An outage of an hour is a dozen lines. */
export function isTold(count: number): boolean {
  return (count & (count - 1)) === 0;
}
