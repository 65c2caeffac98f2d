/** For a page elsewhere: this script registers `<parley-room>`. */
export { connect } from './connect.ts';
export { ParleyRoom } from './ui/parley-room.ts';
