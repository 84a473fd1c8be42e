/**
 * Ordinary programs, to be run in any file system: what they need, and a script
 * for `bash -e` in an empty directory.
 *
 * @module
 */

/** What programs do in a directory; each fails if it is not as elsewhere. */
export const PROGRAM_SCRIPTS: Readonly<
  Record<string, readonly [string[], string]>
> = {
  "git clones, collects and checks a repository": [
    ["git"],
    `
git init -q r; cd r; git config user.email a@b; git config user.name n
for i in $(seq 20); do seq $i 1000 > f$i; git add .; git commit -qm $i; done; cd ..
git clone -q r c; cd c; git gc -q; git fsck --strict; test -z "$(git status --porcelain)"
`,
  ],
  "tar and rsync copy owners, times, links, attributes, lists and holes": [
    ["tar", "rsync", "setfattr", "setfacl", "getfacl"],
    `
mkdir -p t/a/b; head -c 300000 /dev/urandom > t/a/f; ln t/a/f t/hard; ln -s a/f t/link; mkfifo t/fifo; mknod t/dev c 1 3
chown 12:34 t/a/f; chmod 4751 t/a/f; setfattr -n user.x -v y t/a/f; setfacl -m u:5:rx t/a/b; setfacl -d -m g:6:r t/a/b
truncate -s 100M t/sparse; printf x | dd of=t/sparse bs=1 seek=50000000 conv=notrunc status=none
find t -exec touch -h -d '2001-02-03 04:05:06.123456789' {} +
touch -h -d '2200-01-02 03:04:05.678901234' t/link; touch -d '1930-01-02 03:04:05.5' t/a/f
about() { (cd $1; find . -printf '%P %M %U %G %n %T+ %l %b\\n' | sort; find . ! -type l | sort | getfacl -np -; getfattr -dh $(find . | sort)); }
mkdir x; tar -C t --xattrs --acls --sparse -cf - . | tar -C x --xattrs --xattrs-include='*' --acls -xpf - 2> /dev/null
rsync -aHAXS t/ y; rsync -aHAXSi t/ y > again; test ! -s again
about t > 1; about x > 2; about y > 3; cmp 1 2; cmp 1 3; cmp t/a/f x/hard; cmp t/sparse y/sparse
`,
  ],
  "sqlite3 keeps a database, with either journal": [
    ["sqlite3"],
    `
for mode in wal delete; do
  sqlite3 $mode "pragma journal_mode=$mode; create table t(a, b); insert into t select value, randomblob(200) from generate_series(1, 5000); delete from t where a % 3 = 0; vacuum;" > out
  sqlite3 $mode 'pragma integrity_check; select count(*) from t' >> out; printf "$mode\\nok\\n3334\\n" | cmp - out
done
`,
  ],
  "vim saves with swap, backup and undo files": [
    ["vim"],
    `
echo one > f; ln f g
vim -N -u NONE -i NONE -es -c 'set backup backupskip= undofile swapfile updatecount=1' -c '%s/one/two/' -c wq f < /dev/null
test "$(cat f f~)" = "two
one"; test -e .f.un~; test ! -e .f.swp
`,
  ],
  "make builds in parallel, once": [
    ["make", "cc"],
    `
for i in $(seq 12); do echo "int f$i(void) { return $i; }" > f$i.c; done; echo 'int main(void) { return 0; }' > main.c
printf 'p: $(patsubst %%.c,%%.o,$(wildcard *.c))\\n\\tcc -o $@ $^\\n' > Makefile
make -sj4; ./p; make -q
`,
  ],
  "cp and dd copy: as holes, as references, past the cache": [
    ["cp"],
    `
truncate -s 1T s; printf data | dd of=s bs=1 seek=600000000000 conv=notrunc status=none
cp --sparse=auto --reflink=auto s c; test "$(stat -c '%s %b' c)" = "$(stat -c '%s %b' s)"
dd if=c bs=1 skip=600000000000 count=4 status=none | grep -q data
head -c 3000000 /dev/urandom > r; cp --reflink=never r r2; cmp r r2
dd if=r of=d bs=64k iflag=direct oflag=direct status=none
cmp r d; dd if=d bs=1M iflag=direct status=none | cmp - r
`,
  ],
};
