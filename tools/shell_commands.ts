/**
 * Finds the programs that a shell script starts, as far as its text shows.
 *
 * @module
 */

/** Words that every shell implements itself. */
const BUILT_IN: ReadonlySet<string> = new Set(
  (". : alias bg break case cd command continue do done echo elif else esac " +
    "eval exec exit export false fi for function getopts hash if in jobs kill " +
    "let local printf pwd read readonly return set shift test then time times " +
    "trap true type ulimit umask unset until wait while [ [[ ! { }").split(" "),
);

/** Words after which another command begins. */
const PREFIXES: ReadonlySet<string> = new Set(
  "! do else elif exec command eval if then time until while { env xargs nice"
    .split(" "),
);

/** Words that take options before the command that they start. */
const WRAPPERS: ReadonlySet<string> = new Set(["env", "xargs", "nice"]);

/**
 * Returns the first word of each command of a script, without built-in
 * commands, functions of the script, and words that are known only at run time.
 */
export function commandsOf(script: string): string[] {
  const own = new Set(
    Array.from(script.matchAll(/([\w-]+) *\(\)/g), ([, name]) => name),
  );
  const found = new Set<string>();
  for (const words of simpleCommands(script)) {
    let i = 0;
    for (; i < words.length; i++) {
      const word = words[i]!;
      const previous = words[i - 1] ?? "";
      const isSkipped = /^\w+\+?=/.test(word) || PREFIXES.has(word) ||
        WRAPPERS.has(previous) && word.startsWith("-") ||
        /^\d*[<>]/.test(word);
      if (WRAPPERS.has(word)) found.add(word);
      if (!isSkipped) break;
    }
    const name = words[i];
    if (name === undefined || !/^[\w./][\w./+-]*$/.test(name)) continue;
    if (BUILT_IN.has(name) || own.has(name)) continue;
    // Outside the system's folders, a path is a program of the test itself.
    if (name.includes("/") && !/^\/(usr\/)?s?bin\//.test(name)) continue;
    found.add(name.replace(/^.*\//, ""));
  }
  return [...found];
}

/**
 * Splits a script into the words of its commands, including commands in `$(…)`.
 */
function simpleCommands(script: string): string[][] {
  const commands: string[][] = [[]];
  let word = "";
  let quote = "";
  const outer: string[] = [];
  const endWord = (): void => {
    if (word !== "") commands.at(-1)!.push(word);
    word = "";
  };
  const endCommand = (): void => {
    endWord();
    commands.push([]);
  };
  for (let i = 0; i < script.length; i++) {
    const character = script[i]!;
    if (quote !== "'" && script.startsWith("$(", i)) {
      outer.push(quote);
      quote = "";
      // The result of a substitution is known only at run time.
      word += "\0";
      endCommand();
      i++;
    } else if (quote !== "") {
      if (character === quote) quote = "";
      else word += /\s/.test(character) ? "\0" : character;
    } else if (character === "'" || character === '"') {
      quote = character;
      // An empty word in quotes is a word, too.
      word += "\0".repeat(Number(script[i + 1] === character));
    } else if (character === "\\") i++;
    else if (character === "#" && word === "") {
      while (i + 1 < script.length && script[i + 1] !== "\n") i++;
    } else if (character === ")" && outer.length > 0) {
      endCommand();
      quote = outer.pop()!;
      word += "\0";
    } else if (/[\n;|()`]/.test(character)) endCommand();
    else if (character === "&" && !/[<>]$/.test(word)) endCommand();
    else if (/\s/.test(character)) endWord();
    else word += character;
  }
  endCommand();
  return commands.filter((words) => words.length > 0);
}
