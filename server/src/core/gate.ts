import type { Command } from '@parley/shared/commands';
import type { Capability } from '@parley/shared/roles';

/**
 * What a command needs before anything else is looked at. Null: whoever asks, the command judges for
 * itself (a room that is not there yet has no members; one's own outcome can always be read, T3).
 */
export function capabilityFor(command: Command): Capability | null {
  switch (command.type) {
    case 'room.create':
    case 'turn.get':
    // Whoever has the secret is no member yet.
    case 'invite.accept':
      return null;
    case 'prompt.submit':
    case 'prompt.measure':
      return command.audience === 'room' ? 'prompt.room' : 'prompt.private';
    case 'message.post':
      return command.audience === 'room' ? 'message.post' : 'prompt.private';
    case 'room.update':
      return 'policy.set';
    case 'room.delete':
      return 'room.delete';
    case 'entry.pin':
    case 'entry.unpin':
      return 'entry.pin';
    case 'room.export':
    case 'export.prepare':
    case 'export.list':
    case 'export.open':
      return 'room.export';
    case 'turn.hold':
    case 'turn.unhold':
    case 'turn.edit':
    case 'turn.withdraw':
    case 'turn.stop':
    case 'room.get':
    case 'member.list':
    case 'member.set':
    case 'member.remove':
    case 'transcript.read':
    case 'transcript.search':
    case 'pin.list':
    case 'digest.read':
    case 'document.list':
    // Approvals, releases and trust belong to one person; no level gives them (R5, R6).
    case 'approval.decide':
    case 'approval.list':
    case 'entry.preview-release':
    case 'entry.release':
    case 'trust.set':
    case 'trust.drop':
    case 'trust.list':
    case 'tool.list':
    case 'rights.explain':
    // One's own words, or a capability: judged with the entry at hand.
    case 'entry.redact':
      return 'room.read';
    case 'invite.create':
    case 'invite.list':
    case 'invite.revoke':
      return 'member.invite';
    case 'tool.admit':
    case 'tool.drop':
      return 'tool.admit';
  }
}
