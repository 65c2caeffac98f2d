/**
 * One top-level piece of a text. `html` is safe to insert; `code` and `plain` are text for the caller to
 * place. Pieces whose source did not change are equal, so a stream re-renders only its last piece.
 */
export type Block =
  | { readonly kind: 'html'; readonly html: string }
  | { readonly kind: 'code'; readonly language: string; readonly code: string }
  | { readonly kind: 'plain'; readonly text: string };
