import { MCPMock } from '@copilotkit/aimock';

/** One sentence that only those may read whom the authority lets read the plan. */
export const SECRET = 'Launch on 14 May under the name Heron-7731.';
/** What the authority calls the document. */
export const PLAN = 'doc://launch-plan';

/** Two MCP servers of an organisation: documents, and mail that is only noted down. */
export class TeamTools {
  /** What was mailed. */
  readonly mailed: unknown[] = [];
  readonly docsUrl: string;
  readonly mailUrl: string;
  readonly #servers: readonly MCPMock[];

  private constructor(servers: readonly MCPMock[], [docsUrl = '', mailUrl = '']: readonly string[]) {
    this.#servers = servers;
    this.docsUrl = docsUrl;
    this.mailUrl = mailUrl;
  }

  static async start(): Promise<TeamTools> {
    const docs = new MCPMock();
    docs.addTool({ name: 'read', description: 'Reads a document.', inputSchema: fields('id') });
    docs.onToolCall('read', () => [{ type: 'resource', resource: { uri: PLAN, text: SECRET } }]);
    const mail = new MCPMock();
    mail.addTool({ name: 'send', description: 'Sends a mail.', inputSchema: fields('to', 'subject', 'body') });
    const servers = [docs, mail];
    const tools = new TeamTools(servers, await Promise.all(servers.map((server) => server.start())));
    mail.onToolCall('send', (given) => {
      tools.mailed.push(given);
      return 'It was sent.';
    });
    return tools;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}

function fields(...names: readonly string[]): Record<string, unknown> {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    required: names,
  };
}
