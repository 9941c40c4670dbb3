/** Which methods are worth having: those that no other beats in all respects. */

/**
 * The items that no other dominates. One dominates another if it is nowhere worse and somewhere better; less is
 * better.
 *
 * @param costs of an item, as many for each
 */
export function paretoFront<T>(items: readonly T[], costs: (item: T) => readonly number[]): T[] {
  return items.filter((item) => !items.some((other) => dominates(costs(other), costs(item))));
}

export function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((cost, i) => cost <= b[i]) && a.some((cost, i) => cost < b[i]);
}
