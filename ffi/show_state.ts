/**
 * The state that the console shows for an object with private fields, and that
 * comparisons such as `assertEquals` compare.
 *
 * @module
 */

/** The state of an object: a few words of text, or its properties. */
export type State = string | Readonly<Record<string, unknown>>;

/** The key of the state, for comparisons such as `assertEquals`. */
const STATE = Symbol("state");

/** Prints a value as the console does. */
type Inspect = (value: unknown, options?: object) => string;

/**
 * Makes the console show the state of the instances of a class and its
 * subclasses, and makes comparisons of all properties compare that state.
 * Instances have no additional property.
 *
 * @param type The class.
 * @param stateOf Returns the state of an instance. The console shows the
 * message of an error that it throws.
 */
export function showState<T extends object>(
  type: { readonly prototype: T },
  stateOf: (object: T) => State,
): void {
  const show = (object: T, inspect: Inspect, options?: object): string => {
    const { name } = object.constructor;
    // The console may also show the prototype, which has no private fields.
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
