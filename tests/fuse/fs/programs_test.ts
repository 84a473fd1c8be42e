import { output } from "../../_support/client.ts";
import { testEachCompleteFS } from "./_complete_fs.ts";
import { PROGRAM_SCRIPTS } from "./_programs.ts";

for (const [what, { script, ...options }] of Object.entries(PROGRAM_SCRIPTS)) {
  testEachCompleteFS(what, async ({ mountpoint }) => {
    const inMount = `set -e; cd "$1"\n${script}`;
    await output("bash", "-c", inMount, "bash", mountpoint);
  }, { ...options, programs: ["bash", ...options.programs] });
}
