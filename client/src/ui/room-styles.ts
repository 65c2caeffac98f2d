import type { CSSResultOrNative } from 'lit';
import { approvalCardStyles } from './approval-card.ts';
import { bannerStyles } from './banners.ts';
import { composerStyles } from './composer.ts';
import { emptyRoomStyles } from './empty-room.ts';
import { endedStyles } from './ended.ts';
import { entryActsStyles } from './entry-acts.ts';
import { entryOriginStyles } from './entry-origin.ts';
import { entryRepeatsStyles } from './entry-repeats.ts';
import { entryStyles } from './entry-view.ts';
import { formStyles } from './form-styles.ts';
import { headerStyles } from './header.ts';
import { lateStyles } from './late.ts';
import { liveAnswerStyles } from './live-answer.ts';
import { markdownStyles } from './markdown-view.ts';
import { nowBarStyles } from './now-bar.ts';
import { pendingStyles } from './pending-view.ts';
import { personSheet } from './person-color.ts';
import { queueStyles } from './queue.ts';
import { roomLayout } from './room-layout.ts';
import { searchStyles } from './search-bar.ts';
import { sidePanelStyles } from './side-panel.ts';
import { theme } from './theme.ts';
import { toldCardStyles } from './told-card.ts';
import { transcriptStyles } from './transcript-styles.ts';

/** All that the first paint of a room wears; what comes later brings its own (late.ts). */
export const roomStyles: CSSResultOrNative[] = [
  theme,
  roomLayout,
  headerStyles,
  bannerStyles,
  transcriptStyles,
  entryStyles,
  markdownStyles,
  liveAnswerStyles,
  pendingStyles,
  nowBarStyles,
  composerStyles,
  sidePanelStyles,
  queueStyles,
  formStyles,
  lateStyles,
  approvalCardStyles,
  toldCardStyles,
  entryActsStyles,
  entryOriginStyles,
  entryRepeatsStyles,
  searchStyles,
  endedStyles,
  emptyRoomStyles,
  personSheet,
];
