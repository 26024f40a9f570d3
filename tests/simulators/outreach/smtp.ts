import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface Mail {
  from: string
  to: string[]
  data: string
}

/** How the server behaves for a recipient whose address begins with this word. */
type Answer = string | 'hang-up'

/** A small SMTP server (RFC 5321): greets, authenticates, takes mail, and refuses as it is told to. */
export async function startSmtp({ user = 'crm', password = 'geheim' } = {}) {
  const mails: Mail[] = []
  const recipients = new Map<string, Answer>()
  let afterData: Answer = '250 2.0.0 Ok: queued as 1'
  const sockets = new Set<Socket>()

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    talk(socket)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo

  function talk(socket: Socket): void {
    let mail: Mail = { from: '', to: [], data: '' }
    let inData = false
    let isKnown = false
    let rest = ''
    const say = (line: string) => socket.write(`${line}\r\n`)
    say('220 simulator ESMTP')
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      rest += chunk
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (inData) takeData(line)
        else take(line)
      }
    })

    function takeData(line: string): void {
      if (line !== '.') {
        mail.data += `${line.startsWith('..') ? line.slice(1) : line}\r\n`
        return
      }
      inData = false
      if (afterData === 'hang-up') return void socket.destroy()
      if (afterData.startsWith('2')) mails.push(mail)
      mail = { from: '', to: [], data: '' }
      say(afterData)
    }

    function take(line: string): void {
      const [verb = '', ...words] = line.split(' ')
      switch (verb.toUpperCase()) {
        case 'EHLO':
          say('250-simulator')
          return void say('250 AUTH PLAIN')
        case 'AUTH': {
          const given = Buffer.from(words[1] ?? '', 'base64').toString('utf8')
          isKnown = given === `\0${user}\0${password}`
          return void say(isKnown ? '235 2.7.0 ok' : '535 5.7.8 authentication failed')
        }
        case 'MAIL':
          if (!isKnown) return void say('530 5.7.0 authentication required')
          mail.from = /<(.*?)>/.exec(line)?.[1] ?? ''
          return void say('250 ok')
        case 'RCPT': {
          const to = /<(.*?)>/.exec(line)?.[1] ?? ''
          const answer = recipients.get(to.split('@')[0] ?? '') ?? '250 ok'
          if (answer === 'hang-up') return void socket.destroy()
          if (answer.startsWith('2')) mail.to.push(to)
          return void say(answer)
        }
        case 'DATA':
          inData = true
          return void say('354 go on')
        case 'QUIT':
          say('221 bye')
          return void socket.end()
        default:
          return void say('250 ok')
      }
    }
  }

  return {
    url: `smtp://${user}:${password}@127.0.0.1:${port}`,
    mails,
    /** Answers `RCPT TO:<word@…>` with this line. */
    refuse: (word: string, answer: Answer) => recipients.set(word, answer),
    answerData(answer: Answer) {
      afterData = answer
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
