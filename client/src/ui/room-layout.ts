import { css } from 'lit';

/** Where the parts of the room stand. */
export const roomLayout = css`
  .room { position: relative; block-size: 100%; min-block-size: inherit; display: grid; grid-template-columns: minmax(0, 1fr); grid-template-rows: minmax(0, 1fr); overflow: hidden; }
  .room.with-panel { grid-template-columns: minmax(0, 1fr) minmax(21rem, 28rem); }
  .main { display: grid; grid-template-columns: minmax(0, 1fr); grid-template-rows: auto auto auto minmax(0, 1fr) auto; grid-template-areas: 'header' 'banners' 'search' 'transcript' 'foot'; min-block-size: 0; min-inline-size: 0; }
  .header { grid-area: header; }
  .banners { grid-area: banners; max-block-size: 40vh; overflow-y: auto; }
  .main > parley-transcript { grid-area: transcript; }
  .foot { grid-area: foot; inline-size: 100%; max-inline-size: 52rem; margin-inline: auto; padding: 4px 16px 16px; }
  @container room (max-width: 899px) {
    .room.with-panel { grid-template-columns: minmax(0, 1fr); }
    parley-side-panel { position: absolute; inset: 0; z-index: 2; border: 0; }
  }
  @container room (max-width: 45rem) {
    .foot { padding: 4px 8px 8px; }
  }
`;
