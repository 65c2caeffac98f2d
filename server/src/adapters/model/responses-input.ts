import type OpenAI from 'openai';
import { marksOf, type Breakpoints } from './breakpoints.ts';
import type { ModelMessage, ModelRequest, ModelTool } from '../../ports/model.ts';

type Params = OpenAI.Responses.ResponseCreateParams;
type Item = OpenAI.Responses.ResponseInputItem;

/** A conversation as the Responses wire writes it: a call and what came of it are items of their own. */
export function inputItems(messages: readonly ModelMessage[], breakpoints?: Breakpoints): Item[] {
  const markOf = marksOf(messages, breakpoints);
  return messages.flatMap((message, index) => itemsOf(message, markOf(index)));
}

function itemsOf(message: ModelMessage, mark: object | null): Item[] {
  if (message.role === 'tool')
    return [{ type: 'function_call_output', call_id: message.call, output: message.content }];
  const { role, content } = message;
  if (role !== 'assistant')
    return [{ role, content: mark === null ? content : [{ type: 'input_text', text: content, ...mark }] }];
  // Without ids of items: they would name what the provider keeps, and it keeps nothing (R10).
  const calls = (message.calls ?? []).map(({ id, name, arguments: written }): Item => {
    return { type: 'function_call', call_id: id, name, arguments: written };
  });
  return content === '' && calls.length > 0 ? calls : [{ role, content }, ...calls];
}

/** C1: as on the chat wire. */
export function responsesTools({ tools, allowedTools }: ModelRequest): Pick<Params, 'tools' | 'tool_choice'> {
  if (tools.length === 0) return {};
  return { tools: tools.map(toolOf), tool_choice: choiceOf(tools, allowedTools) };
}

function toolOf({ name, description, parameters }: ModelTool): OpenAI.Responses.FunctionTool {
  return { type: 'function', name, description, parameters: { ...parameters }, strict: false };
}

function choiceOf(tools: readonly ModelTool[], allowed: readonly string[]): NonNullable<Params['tool_choice']> {
  if (allowed.length === 0) return 'none';
  if (allowed.length === tools.length) return 'auto';
  return { type: 'allowed_tools', mode: 'auto', tools: allowed.map((name) => ({ type: 'function', name })) };
}
