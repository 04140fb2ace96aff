# === 07a wrong conceptual: the decoder is also given the end of each sentence, so short rows of previous hold end
def prepare_targets(sequences, start, end, pad):
    longest = 0
    for sentence in sequences:
        longest = max(longest, len(sentence))
    previous, target, mask = [], [], []
    for sentence in sequences:
        whole = [start] + list(sentence) + [end]
        whole = whole + [pad] * (longest + 2 - len(whole))
        previous.append(whole[:-1])
        target.append(whole[1:])
        mask.append([i <= len(sentence) for i in range(longest + 1)])
    return previous, target, mask


# === 07a wrong careless: every row is filled up to the first sentence's length, not to the longest
def prepare_targets(sequences, start, end, pad):
    length = len(sequences[0]) + 1
    previous, target, mask = [], [], []
    for s in sequences:
        missing = length - len(s) - 1
        previous.append([start] + s + missing * [pad])
        target.append(s + [end] + missing * [pad])
        mask.append((len(s) + 1) * [True] + missing * [False])
    return previous, target, mask


# === 07a wrong misread: the mask belongs to the sentence's tokens in previous, so start is False and the rest is moved by one
def prepare_targets(sequences, start, end, pad):
    width = 1 + max(len(s) for s in sequences)
    rows_in, rows_out, real = [], [], []
    for s in sequences:
        row = [start]
        row.extend(s)
        flags = [False] + [True] * len(s)
        out = list(s)
        out.append(end)
        while len(row) < width:
            row.append(pad)
            out.append(pad)
            flags.append(False)
        rows_in.append(row)
        rows_out.append(out)
        real.append(flags)
    return rows_in, rows_out, real


# === 07a wrong over-clever: the target is previous moved left, and end takes the place of the first pad that is found, which may be a token
def prepare_targets(sequences, start, end, pad):
    length = max(len(s) for s in sequences) + 1
    previous = [([start] + s + [pad] * length)[:length] for s in sequences]
    target = [row[1:] + [pad] for row in previous]
    for row in target:
        row[row.index(pad)] = end
    mask = [[i <= len(s) for i in range(length)] for s in sequences]
    return previous, target, mask


# === 07a wrong two: the target begins with start as well and the mask compares previous with pad
def prepare_targets(sequences, start, end, pad):
    length = max(len(s) for s in sequences) + 1
    previous, target = [], []
    for s in sequences:
        previous.append([start] + s + [pad] * (length - 1 - len(s)))
        target.append(([start] + s + [end] + [pad] * length)[:length])
    mask = [[bool(token != pad) for token in row] for row in previous]
    return previous, target, mask


# === 07a wrong hole: the tables are 16-bit integers, so a token of 40,000 does not fit
def prepare_targets(sequences, start, end, pad):
    n, length = len(sequences), max(map(len, sequences)) + 1
    previous = np.full((n, length), pad, dtype=np.int16)
    target = previous.copy()
    mask = np.zeros((n, length), dtype=bool)
    for i, s in enumerate(sequences):
        previous[i, 0] = start
        previous[i, 1:len(s) + 1] = s
        target[i, :len(s)] = s
        target[i, len(s)] = end
        mask[i, :len(s) + 1] = True
    return previous.tolist(), target.tolist(), mask.tolist()


# === 07a right style: appends one number after the other and asks for each place what belongs there
def prepare_targets(sequences, start, end, pad):
    longest = 0
    for s in sequences:
        if len(s) > longest:
            longest = len(s)
    previous = []
    target = []
    mask = []
    for s in sequences:
        p = []
        t = []
        m = []
        for i in range(longest + 1):
            if i == 0:
                p.append(start)
            elif i - 1 < len(s):
                p.append(s[i - 1])
            else:
                p.append(pad)
            if i < len(s):
                t.append(s[i])
                m.append(True)
            elif i == len(s):
                t.append(end)
                m.append(True)
            else:
                t.append(pad)
                m.append(False)
        previous.append(p)
        target.append(t)
        mask.append(m)
    return previous, target, mask


# === 07b wrong conceptual: padding is taken out after the softmax, so the other weights no longer sum to 1
def attend_with_sum(hidden, memory, mask, v):
    scores = np.tanh(hidden[:, :, None, :] + memory[:, None, :, :]) @ v
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights = e / e.sum(axis=2, keepdims=True)
    weights = weights * mask[:, None, :]
    context = np.einsum("but,bti->bui", weights, memory)
    return context, weights


# === 07b wrong careless: the sum below the fraction has no axis, so all weights of the whole batch share 1
def attend_with_sum(hidden, memory, mask, v):
    total = hidden[:, :, None, :] + memory[:, None, :, :]
    e = (v * np.tanh(total)).sum(-1)
    e = np.where(mask[:, None, :], e, -np.inf)
    a = np.exp(e)
    a = a / a.sum()
    c = np.matmul(a, memory)
    return c, a


# === 07b wrong over-clever: cuts every row of the batch to the first row's number of real tokens
def attend_with_sum(hidden, memory, mask, v):
    n = int(mask[0].sum())
    scores = np.tanh(hidden[:, :, None, :] + memory[:, None, :n, :]) @ v
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = np.zeros(hidden.shape[:2] + memory.shape[1:2])
    weights[:, :, :n] = e / e.sum(axis=-1, keepdims=True)
    return weights @ memory, weights


# === 07b wrong two: the mask is turned round and the context mixes the sums s + h instead of the memory
def attend_with_sum(hidden, memory, mask, v):
    together = hidden[:, :, None, :] + memory[:, None, :, :]
    scores = np.tanh(together) @ v
    scores = np.where(mask[:, None, :], -1e9, scores)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    context = np.einsum("but,buti->bui", weights, together)
    return context, weights


# === 07b wrong hole: padding gets the score -100, which real scores may go below
def attend_with_sum(hidden, memory, mask, v):
    scores = np.einsum("i,buti->but", v, np.tanh(hidden[:, :, None] + memory[:, None]))
    scores = np.where(mask[:, None, :], scores, -100.0)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ memory, weights


# === 07b right style: TensorFlow, with a softmax of the library, tensors come back
import tensorflow as tf


def attend_with_sum(hidden, memory, mask, v):
    hidden, memory, v = (tf.cast(tf.convert_to_tensor(a), tf.float64) for a in (hidden, memory, v))
    scores = tf.tensordot(tf.tanh(hidden[:, :, None, :] + memory[:, None, :, :]), v, 1)
    keep = tf.convert_to_tensor(mask)[:, None, :]
    scores = tf.where(keep, scores, tf.constant(-np.inf, tf.float64))
    weights = tf.nn.softmax(scores, axis=-1)
    return tf.matmul(weights, memory), weights


# === 07c wrong conceptual: all sentences stop as soon as one of them has written end
def write_until_end(table, firsts, end, longest):
    current = list(firsts)
    written = [[] for _ in firsts]
    for _ in range(longest):
        current = [int(np.argmax(table[token])) for token in current]
        for row, token in zip(written, current):
            row.append(token)
        if end in current:
            break
    return written


# === 07c wrong careless: reads the column instead of the row of the last token
def write_until_end(table, firsts, end, longest):
    out = []
    for first in firsts:
        token, row = first, []
        while len(row) < longest and (not row or row[-1] != end):
            token = int(np.argmax(table[:, token]))
            row.append(token)
        out.append(row)
    return out


# === 07c wrong misread: the first token, which was given, is part of the answer
def write_until_end(table, firsts, end, longest):
    sentences = []
    for first in firsts:
        sentence = [first]
        for _ in range(longest):
            sentence.append(int(np.argmax(table[sentence[-1]])))
            if sentence[-1] == end:
                break
        sentences.append(sentence)
    return sentences


# === 07c wrong two: always asks the row of the first token and never stops at end
def write_until_end(table, firsts, end, longest):
    answers = []
    for first in firsts:
        answer = []
        for _ in range(longest):
            answer.append(int(np.argmax(table[first])))
        answers.append(answer)
    return answers


# === 07c wrong hole: a sentence whose given first token is end writes nothing, although nothing has been written yet
def write_until_end(table, firsts, end, longest):
    result = []
    for token in firsts:
        row = []
        while token != end and len(row) < longest:
            token = int(np.argmax(table[token]))
            row.append(token)
        result.append(row)
    return result


# === 07c wrong hole: compares probabilities rounded to three places, so the first of two close ones wins
def write_until_end(table, firsts, end, longest):
    likely = np.round(np.exp(table), 3)
    result = []
    for token in firsts:
        row = []
        for _ in range(longest):
            token = int(likely[token].argmax())
            row.append(token)
            if token == end:
                break
        result.append(row)
    return result


# === 07c right style: a generator with islice, max with a key instead of argmax
from itertools import islice


def write_until_end(table, firsts, end, longest):
    def speak(token):
        while True:
            row = list(table[token])
            token = max(range(len(row)), key=lambda k: row[k])
            yield token
            if token == end:
                return

    return [list(islice(speak(first), longest)) for first in firsts]


# === 07d wrong conceptual: the beam itself is already chosen by the mean in every step
def search_with_beam(table, start, end, longest, width):
    def mean(candidate):
        return candidate[1] / len(candidate[0])

    beam = [([], 0.0)]
    for _ in range(longest):
        grown = []
        for tokens, total in beam:
            if tokens and tokens[-1] == end:
                grown.append((tokens, total))
            else:
                last = tokens[-1] if tokens else start
                grown += [(tokens + [k], total + table[last, k]) for k in range(len(table))]
        beam = sorted(grown, key=mean, reverse=True)[:width]
    best = max(beam, key=mean)
    return best[0], float(mean(best))


# === 07d wrong careless: the finished sentence is passed on and continued as well, an else is missing
def search_with_beam(table, start, end, longest, width):
    beam = [([], 0.0)]
    for _ in range(longest):
        options = []
        for tokens, total in beam:
            if tokens and tokens[-1] == end:
                options.append((tokens, total))
            last = tokens[-1] if tokens else start
            for k in range(table.shape[1]):
                options.append((tokens + [k], total + table[last, k]))
        options.sort(key=lambda o: o[1], reverse=True)
        beam = options[:width]
    tokens, total = max(beam, key=lambda o: o[1] / len(o[0]))
    return tokens, float(total / len(tokens))


# === 07d wrong misread: finished sentences are laid aside and take up no place in the beam
def search_with_beam(table, start, end, longest, width):
    beam, finished = [([], 0.0)], []
    for _ in range(longest):
        grown = []
        for tokens, total in beam:
            last = tokens[-1] if tokens else start
            for k in range(len(table)):
                entry = (tokens + [k], total + float(table[last, k]))
                (finished if k == end else grown).append(entry)
        beam = sorted(grown, key=lambda e: e[1], reverse=True)[:width]
    tokens, total = max(finished + beam, key=lambda e: e[1] / len(e[0]))
    return tokens, total / len(tokens)


# === 07d wrong over-clever: keeps only the best sentence for each last token, as two with the same last token go on alike
def search_with_beam(table, start, end, longest, width):
    beam = {None: ([], 0.0)}
    for _ in range(longest):
        best = {}
        for tokens, total in beam.values():
            if tokens and tokens[-1] == end:
                ways = [(tokens, total)]
            else:
                last = tokens[-1] if tokens else start
                ways = [(tokens + [k], total + float(table[last, k])) for k in range(len(table))]
            for way in ways:
                key = way[0][-1]
                if key not in best or way[1] > best[key][1]:
                    best[key] = way
        kept = sorted(best.values(), key=lambda w: w[1], reverse=True)[:width]
        beam = {w[0][-1]: w for w in kept}
    tokens, total = max(beam.values(), key=lambda w: w[1] / len(w[0]))
    return tokens, total / len(tokens)


# === 07d wrong two: chooses by the sum and takes each step from the row of start instead of the last token
def search_with_beam(table, start, end, longest, width):
    beam = [([], 0.0)]
    for _ in range(longest):
        grown = []
        for tokens, total in beam:
            if tokens and tokens[-1] == end:
                grown.append((tokens, total))
            else:
                for k in range(len(table)):
                    grown.append((tokens + [k], total + table[start, k]))
        beam = sorted(grown, key=lambda g: -g[1])[:width]
    tokens, total = beam[0]
    return tokens, float(total / len(tokens))


# === 07d wrong hole: multiplies probabilities, which are 0 after some hundred steps
def search_with_beam(table, start, end, longest, width):
    p = np.exp(table)
    beam = [([], 1.0)]
    for _ in range(longest):
        grown = []
        for tokens, product in beam:
            if tokens and tokens[-1] == end:
                grown.append((tokens, product))
                continue
            last = tokens[-1] if tokens else start
            for k in range(len(p)):
                grown.append((tokens + [k], product * p[last, k]))
        beam = sorted(grown, key=lambda g: g[1], reverse=True)[:width]
    tokens, product = max(beam, key=lambda g: np.log(g[1]) / len(g[0]))
    return tokens, float(np.log(product) / len(tokens))


# === 07d right style: arrays in place of lists of pairs, argsort over the flattened sums
def search_with_beam(table, start, end, longest, width):
    table = np.asarray(table, dtype=float)
    sentences, sums = [[]], np.zeros(1)
    for _ in range(longest):
        new_sentences, new_sums = [], []
        for sentence, total in zip(sentences, sums):
            done = len(sentence) > 0 and sentence[-1] == end
            if done:
                new_sentences.append(sentence)
                new_sums.append(np.array([total]))
            else:
                last = sentence[-1] if sentence else start
                new_sentences.extend(sentence + [k] for k in range(table.shape[1]))
                new_sums.append(total + table[last])
        flat = np.concatenate(new_sums)
        order = np.argsort(-flat, kind="stable")[:width]
        sentences = [new_sentences[i] for i in order]
        sums = flat[order]
    means = sums / np.array([len(s) for s in sentences])
    winner = int(np.argmax(means))
    return sentences[winner], float(means[winner])
