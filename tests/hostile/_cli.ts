import { row, type Table } from "./_table.ts";

export const CLI: Table = {
  rows: { main: row({ args: "list" }, () => [["version"]]) },
};
