/**
 * Ordinary programs, to be run in any file system.
 *
 * @module
 */

import { canMount, hasProgram, rounds } from "../../_support/platform.ts";

/** What programs do in a directory. */
export interface ProgramScript {
  /** The programs; without one of them it cannot run. */
  readonly programs: string[];
  /** A further reason why it cannot. */
  readonly ignore?: boolean;
  /** For `bash -e` in an empty directory; fails if it is not as elsewhere. */
  readonly script: string;
}

/** What has to hold in every file system, each with a phrase that says it. */
export const PROGRAM_SCRIPTS: Readonly<Record<string, ProgramScript>> = {
  "git clones, collects and checks a repository": {
    programs: ["git"],
    script: `
git init -q r; cd r; git config user.email a@b; git config user.name n
for i in $(seq ${
      rounds(8, 20)
    }); do seq $i 1000 > f$i; git add .; git commit -qm $i; done; cd ..
git clone -q r c; cd c; git gc -q; git fsck --strict; test -z "$(git status --porcelain)"
`,
  },
  "tar and rsync copy owners, times, links, attributes, lists and holes": {
    programs: ["tar", "rsync", "setfattr", "getfattr", "setfacl", "getfacl"],
    script: `
mkdir -p t/a/b; head -c 300000 /dev/urandom > t/a/f; ln t/a/f t/hard; ln -s a/f t/link; mkfifo t/fifo; mknod t/dev c 1 3
chown 12:34 t/a/f; chmod 4751 t/a/f; setfattr -n user.x -v y t/a/f; setfacl -m u:5:rx t/a/b; setfacl -d -m g:6:r t/a/b
truncate -s 100M t/sparse; printf x | dd of=t/sparse bs=1 seek=50000000 conv=notrunc status=none
find t -exec touch -h -d '2001-02-03 04:05:06.123456789' {} +
touch -h -d '2200-01-02 03:04:05.678901234' t/link; touch -d '1930-01-02 03:04:05.5' t/a/f
about() { (cd $1; find . -printf '%P %M %U %G %n %T+ %l %b\\n' | sort; find . ! -type l | sort | getfacl -np -; getfattr -dh $(find . | sort)); }
mkdir x; tar -C t --xattrs --acls --sparse -cf - . | tar -C x --xattrs --xattrs-include='*' --acls -xpf - 2> /dev/null
rsync -aHAXS t/ y; rsync -aHAXSi t/ y > again; test ! -s again
about t > 1; about x > 2; about y > 3; cmp 1 2; cmp 1 3; cmp t/a/f x/hard; cmp t/sparse y/sparse
test "$(stat -c '%a %u %g %h %y' y/a/f | cut -c-42) $(getfattr --only-values -n user.x y/a/f)" = "4751 12 34 2 1930-01-02 03:04:05.500000000 y"
test "$(getfacl -cnp y/a/b | grep -cxE 'user:5:r-x|default:group:6:r--')" = 2; test $(stat -c %b y/sparse) -lt 1000; test $(readlink y/link) = a/f
`,
  },
  "sqlite3 keeps a database, with either journal, for two writers": {
    programs: ["sqlite3"],
    script: `
for mode in wal delete; do
  sqlite3 $mode "pragma journal_mode=$mode; create table t(a, b); insert into t select value, randomblob(200) from generate_series(1, 5000); delete from t where a % 3 = 0; vacuum;" > out
  for writer in 1 2; do
    yes 'insert into t values (1, 2);' | head -n 10 | sqlite3 -cmd '.timeout 20000' $mode &
  done; wait
  sqlite3 $mode 'pragma integrity_check; select count(*) from t' >> out; printf "$mode\\nok\\n3354\\n" | cmp - out
done
`,
  },
  "vim saves with swap, backup and undo files": {
    programs: ["vim"],
    script: `
echo one > f; ln f g
vim -N -u NONE -i NONE -es -c 'set backup backupskip= undofile swapfile updatecount=1' -c '%s/one/two/' -c 'silent !ls -A > seen' -c wq f < /dev/null
test "$(cat f f~)" = "two
one"; test -e .f.un~; grep -qx .f.swp seen; test ! -e .f.swp
`,
  },
  "make builds in parallel, once": {
    programs: ["make", "cc"],
    script: `
for i in $(seq 12); do echo "int f$i(void) { return $i; }" > f$i.c; done; echo 'int main(void) { return 0; }' > main.c
printf 'p: $(patsubst %%.c,%%.o,$(wildcard *.c))\\n\\tcc -o $@ $^\\n' > Makefile
make -sj4; ./p; make -q
echo 'int main(void) { return f1() - 1; }' >> f1.c; echo > main.c; if make -q; then exit 1; fi
make -sj4; ./p; make -q
`,
  },
  "npm installs what a lock file says": {
    programs: ["npm", "node"],
    ignore: !hasRegistry(),
    script: `
export npm_config_cache=$PWD/cache npm_config_loglevel=error npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
mkdir p; cd p; echo '{"dependencies": {"which": "4.0.0"}}' > package.json
npm install --package-lock-only; test ! -e node_modules
npm ci; test "$(node_modules/.bin/node-which bash)" = "$(type -P bash)"
`,
  },
  "find sees everything once, and removes it while it looks": {
    programs: ["find"],
    script: `
mkdir -p d{1..20}/e; for d in d*; do touch $d/e/f{1..25}; done; ln d1/e/f1 link; mkdir big; touch big/{1..1000}
test "$(find . -type f -printf '%i\\n' | sort | uniq -c | sort -n | awk '{n[$1]++} END {print n[1], n[2]}')" = "1499 1"
test "$(find . -samefile link | sort)" = "./d1/e/f1
./link"
find . -name 'f1*' -delete; test "$(find . -path './d*' -type f | wc -l)" = 280
find big -type f -delete; rmdir big; find . -mindepth 1 -delete; test -z "$(ls -A)"
`,
  },
  "cp and dd copy: as holes, as references, past the cache": {
    programs: ["cp"],
    script: `
truncate -s 1T s; printf data | dd of=s bs=1 seek=600000000000 conv=notrunc status=none
cp --sparse=auto --reflink=auto s c; test "$(stat -c '%s %b' c)" = "$(stat -c '%s %b' s)"
dd if=c bs=1 skip=600000000000 count=4 status=none | grep -q data
head -c 3000000 /dev/urandom > r; cp --reflink=never r r2; cmp r r2
dd if=r of=d bs=64k iflag=direct oflag=direct status=none
cmp r d; dd if=d bs=1M iflag=direct status=none | cmp - r
`,
  },
};

/** Whether npm's registry answers, whichever it is. */
function hasRegistry(): boolean {
  if (!canMount || !hasProgram("npm")) return false;
  return new Deno.Command("timeout", {
    args: ["20", "npm", "ping", "--fetch-retries=0"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).outputSync().success;
}
