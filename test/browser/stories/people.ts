import type { Person } from '@parley/client/view';
import type { Author } from '@parley/shared/entry';

const person = (id: string, name: string, color: string, more: Partial<Person> = {}): Person => ({
  id,
  name,
  color,
  typing: false,
  you: false,
  ...more,
});

export const ana = person('ana', 'Ana', '#0f82ab', { you: true });
export const ben = person('ben', 'Ben', '#c35b02');
export const chioma = person('chioma', 'Chioma Okafor', '#308a15');
export const dmitri = person('dmitri', 'Dmitri', '#aa57bd');

export const author = ({ id, name }: Person): Author => ({ id, name, kind: 'user' });
export const AI: Author = { id: 'ai', name: 'AI', kind: 'ai' };
