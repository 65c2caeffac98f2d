import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { ToolItem } from '../../ports/tools.ts';
import { toolItem, type SaidOfItem } from './tool-items.ts';

type Block = CallToolResult['content'][number];
type Meta = Readonly<Record<string, unknown>> | undefined;

/** A result's blocks as items; what a block does not say of itself, the whole result may say. */
export function mcpItems(result: CallToolResult): readonly ToolItem[] {
  const items = result.content.map((block) => itemOf(block, result._meta));
  if (items.length > 0 || result.structuredContent === undefined) return items;
  return [toolItem(JSON.stringify(result.structuredContent), given(result._meta))];
}

function itemOf(block: Block, whole: Meta): ToolItem {
  // A resource is called by its address, unless the tool says what its authority calls it.
  const said = { ...given(whole), ...given(block._meta) };
  switch (block.type) {
    case 'text':
      return toolItem(block.text, said);
    case 'resource': {
      const { uri, mimeType = 'bytes' } = block.resource;
      const text = 'text' in block.resource ? block.resource.text : `[${mimeType}]`;
      return toolItem(text, { ...said, resource: uri, ...given(block.resource._meta), ...given(block._meta) });
    }
    case 'resource_link': {
      const text = [block.title ?? block.name, block.uri, block.description].filter(Boolean).join('\n');
      return toolItem(text, { ...said, resource: block.uri, ...given(block._meta) });
    }
    case 'image':
    case 'audio':
      return toolItem(`[${block.type}: ${block.mimeType}]`, said);
  }
}

function given(meta: Meta): SaidOfItem {
  return Object.fromEntries(
    (['resource', 'readers', 'tenant'] as const)
      .filter((key) => meta?.[`parley/${key}`] !== undefined)
      .map((key) => [key, meta?.[`parley/${key}`]]),
  );
}
