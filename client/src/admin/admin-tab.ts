/** The views of the admin page, in their order. */
export const ADMIN_TABS = [
  'rooms',
  'people',
  'tools',
  'resources',
  'budgets',
  'keys',
  'usage',
  'jobs',
  'audit',
] as const;
export type AdminTab = (typeof ADMIN_TABS)[number];
