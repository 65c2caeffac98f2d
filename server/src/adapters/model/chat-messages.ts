import type OpenAI from 'openai';
import { marksOf, type Breakpoints } from './breakpoints.ts';
import type { ModelMessage, ModelRequest, ModelTool } from '../../ports/model.ts';

type WireMessage = OpenAI.ChatCompletionMessageParam;
type Tools = Pick<OpenAI.ChatCompletionCreateParams, 'tools' | 'tool_choice' | 'parallel_tool_calls'>;

/** A conversation as the chat wire writes it. */
export function wireMessages(messages: readonly ModelMessage[], breakpoints?: Breakpoints): WireMessage[] {
  const markOf = marksOf(messages, breakpoints);
  return messages.map((message, index) => wireMessage(message, markOf(index)));
}

function wireMessage(message: ModelMessage, mark: object | null): WireMessage {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.call, content: message.content };
  if (message.role !== 'assistant') {
    const { role, content } = message;
    return { role, content: mark === null ? content : [{ type: 'text', text: content, ...mark }] };
  }
  const { content, calls } = message;
  if (calls === undefined) return { role: 'assistant', content };
  const tool_calls = calls.map(({ id, name, arguments: written }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: written },
  }));
  return { role: 'assistant', content, tool_calls };
}

/**
 * C1: what a room has is declared whole, and what this speaker may not call is kept from being chosen where the
 * wire can say so; the room refuses it again when it is called anyway.
 */
export function wireTools({ tools, allowedTools }: ModelRequest): Tools {
  if (tools.length === 0) return {};
  const declared = tools.map(wireTool);
  return { tools: declared, tool_choice: choiceOf(tools, allowedTools) };
}

function wireTool({ name, description, parameters }: ModelTool): OpenAI.ChatCompletionTool {
  return { type: 'function', function: { name, description, parameters: { ...parameters } } };
}

function choiceOf(
  tools: readonly ModelTool[],
  allowed: readonly string[],
): NonNullable<OpenAI.ChatCompletionCreateParams['tool_choice']> {
  if (allowed.length === 0) return 'none';
  if (allowed.length === tools.length) return 'auto';
  const names = allowed.map((name) => ({ type: 'function', function: { name } }));
  return { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: names } };
}
