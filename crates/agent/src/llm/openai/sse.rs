//! Bytes to payloads: the stream's lines, and the fields that server-sent events are made of
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>).

use crate::llm::LlmError;

/// The longest line, and the longest payload of several lines.
pub(super) const LONGEST_LINE: usize = 1024 * 1024;

/// Puts the payloads of a stream together, however it is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct SseParser {
    line: Vec<u8>,
    /// Lines of the event that is being read.
    data: Vec<String>,
    after_return: bool,
    after_first_line: bool,
}

impl SseParser {
    /// Reads more bytes and adds each payload that is complete with them.
    pub(super) fn push(&mut self, bytes: &[u8], payloads: &mut Vec<String>) -> Result<(), LlmError> {
        let mut rest = bytes;
        if self.after_return && rest.first() == Some(&b'\n') {
            rest = &rest[1..];
        }
        if !bytes.is_empty() {
            self.after_return = false;
        }
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.extend_line(&rest[..at])?;
            self.end_line(payloads)?;
            let ended_by_return = rest[at] == b'\r';
            rest = &rest[at + 1..];
            if ended_by_return {
                match rest.first() {
                    Some(b'\n') => rest = &rest[1..],
                    Some(_) => {}
                    None => self.after_return = true,
                }
            }
        }
        self.extend_line(rest)
    }

    /// The stream is over: adds what stands without its blank line. (The standard would drop it, but
    /// it may be an answer's last word.)
    pub(super) fn end(&mut self, payloads: &mut Vec<String>) -> Result<(), LlmError> {
        self.end_line(payloads)?;
        self.end_event(payloads);
        Ok(())
    }

    fn extend_line(&mut self, bytes: &[u8]) -> Result<(), LlmError> {
        if self.line.len() + bytes.len() > LONGEST_LINE {
            return Err(LlmError::Garbage("a line is over 1 MiB".into()));
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, payloads: &mut Vec<String>) -> Result<(), LlmError> {
        // Only whole lines are decoded, so a character is never cut in two.
        let line = String::from_utf8_lossy(&self.line).into_owned();
        self.line.clear();
        let line = if self.after_first_line {
            line.as_str()
        } else {
            self.after_first_line = true;
            line.strip_prefix('\u{feff}').unwrap_or(&line)
        };
        if line.is_empty() {
            self.end_event(payloads);
            return Ok(());
        }
        // Every other field (`event`, `id`, `retry`) and comments say nothing that we need.
        if let Some(value) = line.strip_prefix("data:") {
            let held: usize = self.data.iter().map(String::len).sum();
            if held + value.len() > LONGEST_LINE {
                return Err(LlmError::Garbage("an event is over 1 MiB".into()));
            }
            self.data
                .push(value.strip_prefix(' ').unwrap_or(value).to_owned());
        }
        Ok(())
    }

    fn end_event(&mut self, payloads: &mut Vec<String>) {
        let lines = std::mem::take(&mut self.data);
        // Several `data` lines are one payload by the standard, but there are servers that forget the
        // blank line between theirs.
        let each_is_whole = |lines: &[String]| lines.iter().all(|line| is_whole(line));
        if lines.len() > 1 && each_is_whole(&lines) {
            payloads.extend(lines);
        } else if !lines.is_empty() {
            payloads.push(lines.join("\n"));
        }
    }
}

fn is_whole(payload: &str) -> bool {
    payload.trim() == super::assembly::DONE || serde_json::from_str::<serde_json::Value>(payload).is_ok()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    fn parse(pieces: &[&[u8]]) -> Vec<String> {
        let mut parser = SseParser::default();
        let mut payloads = Vec::new();
        for piece in pieces {
            parser.push(piece, &mut payloads).unwrap();
        }
        parser.end(&mut payloads).unwrap();
        payloads
    }

    const STREAM: &str = "\u{feff}data: {\"a\":\"é😀\"}\r\n\r\n: ping\nevent: x\ndata:{\"b\":1}\rdata: [DONE]\r\rid: 3\n\n\
                          data: {\ndata: \"c\": 2}\n\ndata: {\"last\":true}";

    #[test]
    fn fields_line_ends_and_comments_are_understood() {
        assert_eq!(
            parse(&[STREAM.as_bytes()]),
            [
                "{\"a\":\"é😀\"}",
                "{\"b\":1}",
                "[DONE]",
                "{\n\"c\": 2}",
                "{\"last\":true}"
            ]
        );
    }

    #[test]
    fn every_cut_gives_the_same() {
        let whole = parse(&[STREAM.as_bytes()]);
        for at in 0..=STREAM.len() {
            let (head, tail) = STREAM.as_bytes().split_at(at);
            assert_eq!(parse(&[head, tail]), whole, "cut at {at}");
            assert_eq!(
                parse(&[head, b"", tail]),
                whole,
                "cut at {at}, and nothing between"
            );
        }
        let bytes: Vec<&[u8]> = STREAM.as_bytes().chunks(1).collect();
        assert_eq!(parse(&bytes), whole);
    }

    #[test]
    fn lines_and_events_have_a_limit() {
        let mut parser = SseParser::default();
        let mut payloads = Vec::new();
        let half = vec![b'a'; LONGEST_LINE / 2];
        parser.push(&half, &mut payloads).unwrap();
        parser.push(&half, &mut payloads).unwrap();
        assert!(matches!(
            parser.push(b"a", &mut payloads),
            Err(LlmError::Garbage(_))
        ));

        let mut parser = SseParser::default();
        let line = [b"data:", half.as_slice(), b"\n"].concat();
        parser.push(&line, &mut payloads).unwrap();
        parser.push(&line, &mut payloads).unwrap();
        assert!(matches!(
            parser.push(&line, &mut payloads),
            Err(LlmError::Garbage(_))
        ));
    }

    proptest! {
        #[test]
        fn never_panics(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..20)) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            parse(&pieces);
        }
    }
}
