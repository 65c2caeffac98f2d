// Every rule of SPEC.md has a test that names it, and no test names a rule that is not there.
import { readRuleBook } from './lib/rule-book.ts';
import { readTree } from './lib/tree.ts';

const [spec] = readTree('SPEC.md');
const book = readRuleBook(spec?.text ?? '', readTree('test/**/*.ts'));

for (const rule of book.untested) console.error(`SPEC.md ${rule}: no test names it`);
for (const { rule, path } of book.unknown) console.error(`${path}: names ${rule}, which SPEC.md does not have`);
for (const rule of book.repeated) console.error(`SPEC.md ${rule}: written twice`);
console.log(`${book.rules.length} rules, ${book.untested.length} without a test`);
const wrong = book.untested.length + book.unknown.length + book.repeated.length;
process.exitCode = wrong > 0 || book.rules.length === 0 ? 1 : 0;
