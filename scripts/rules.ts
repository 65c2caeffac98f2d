// Every rule of SPEC.md has a test that names it, and no test names a rule that is not there; every attack is played by a
// test, or SECURITY.md says why it cannot be.
import { ATTACKS, readAttackBook } from './lib/attack-book.ts';
import { readRuleBook } from './lib/rule-book.ts';
import { readTree } from './lib/tree.ts';

const [spec, security] = [readTree('SPEC.md')[0], readTree('SECURITY.md')[0]];
const tests = readTree('test/**/*.ts');
const book = readRuleBook(spec?.text ?? '', tests);
const attacks = readAttackBook(security?.text ?? '', tests);

for (const rule of book.untested) console.error(`SPEC.md ${rule}: no test names it`);
for (const { rule, path } of book.unknown) console.error(`${path}: names ${rule}, which SPEC.md does not have`);
for (const rule of book.repeated) console.error(`SPEC.md ${rule}: written twice`);
for (const attack of attacks.missing) console.error(`A${attack}: no test plays it, and SECURITY.md does not say why`);
for (const attack of attacks.stale) console.error(`SECURITY.md A${attack}: a test plays what is said to be impossible`);
for (const attack of attacks.unknown) console.error(`A${attack}: there is no such attack`);
console.log(`${book.rules.length} rules, ${book.untested.length} without a test`);
console.log(`${ATTACKS} attacks, ${attacks.missing.length} neither played nor accounted for`);
const wrong = [book.untested, book.unknown, book.repeated, attacks.missing, attacks.stale, attacks.unknown].flat();
process.exitCode = wrong.length > 0 || book.rules.length === 0 ? 1 : 0;
