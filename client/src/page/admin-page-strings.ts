/** The words of the page around the administration. */
export const adminPageStrings = {
  title: 'Administration',
  lead: 'Development mode: whoever comes in here is an admin of the organisation, unless they say that they are not.',
  are: { admin: 'Administers the organisation', member: 'Is a member, and is told so' },
  as: (name: string, role: string): string => `You are ${name} (${role})`,
  embed: 'Your own app shows this page, with tokens of an admin:',
  embedCode: (origin: string): string => `<script type="module" src="${origin}/parley-admin.js"></script>
<parley-admin server="${origin}"></parley-admin>
<script type="module">
  document.querySelector('parley-admin').token = async () => (await fetch('/my-parley-token')).text();
</script>`,
} as const;
