/**
 * Formats a table as Markdown; all columns but the first are aligned right.
 *
 * @param rows The cells of each row, the header first.
 */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length), 2)
  );
  const lines = rows.map((row) =>
    row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
    )
  );
  const rule = widths.map((width, i) =>
    i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [lines[0]!, rule, ...lines.slice(1)]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
