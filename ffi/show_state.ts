/**
 * What the console shows of an object whose fields are private, and what
 * comparisons compare.
 *
 * @module
 */

/** The state of an object: what it is in a few words, or its properties. */
export type State = string | Readonly<Record<string, unknown>>;

/** The key of the state, for comparisons such as `assertEquals`. */
const STATE = Symbol("state");

/** Prints a value as the console does. */
type Inspect = (value: unknown, options?: object) => string;

/**
 * Shows what `stateOf` returns wherever the console shows an instance of a class
 * or of one that extends it, and lets comparisons that look at all properties
 * compare it. Instances cost nothing for it.
 *
 * @param type The class.
 * @param stateOf Returns the state of an instance. What it throws is shown.
 */
export function showState<T extends object>(
  type: { readonly prototype: T },
  stateOf: (object: T) => State,
): void {
  const show = (object: T, inspect: Inspect, options?: object): string => {
    const { name } = object.constructor;
    // The class's prototype is shown, too, and has no private fields.
    if (object === type.prototype) return `${name} {}`;
    try {
      const state = stateOf(object);
      if (typeof state === "string") return `${name} ${state}`;
      return `${name} ${inspect(state, options)}`;
    } catch (error) {
      return `${name} <${error instanceof Error ? error.message : error}>`;
    }
  };
  Object.defineProperties(type.prototype, {
    [STATE]: {
      get(this: T): State | undefined {
        return this === type.prototype ? undefined : stateOf(this);
      },
      configurable: true,
    },
    [Symbol.for("Deno.customInspect")]: {
      value(this: T, inspect: Inspect, options?: object): string {
        return show(this, inspect, options);
      },
      configurable: true,
    },
    [Symbol.for("nodejs.util.inspect.custom")]: {
      value(
        this: T,
        depth: number,
        options: object,
        inspect: Inspect,
      ): string {
        return show(this, inspect, { ...options, depth });
      },
      configurable: true,
    },
  });
}
