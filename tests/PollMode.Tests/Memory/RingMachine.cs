using Xunit;

namespace PollMode.Tests;

/// <summary>
/// The algorithm of <see cref="ReturnRing"/>, cut into its steps: each is one access to shared memory of Enqueue or Dequeue, in the order
/// of the source. Two slots, so that the ring wraps and is full often. An explorer takes the steps of its threads in every order.
/// </summary>
/// <remarks>Sequentially consistent: what it proves is the algorithm. That acquire and release suffice is argued where the ring is.</remarks>
internal sealed class RingMachine
{
    private const int Capacity = 2;

    private readonly Producer[] _producers;
    private readonly int[] _slots = new int[Capacity];
    private readonly int _patience;
    private int _head;
    private int _tail;
    private int _consumerStep;
    private int _consumerTaken;
    private int _consumerPolls;
    private int _read;

    /// <param name="batches">For each producer the batches it puts in, one call of Enqueue each; what does not fit it keeps.</param>
    /// <param name="polls">Calls of Dequeue.</param>
    internal RingMachine(int[][] batches, int polls)
    {
        _producers = [.. batches.Select((sizes, index) => new Producer(index, sizes))];
        _patience = polls;
    }

    private RingMachine(RingMachine other)
    {
        _producers = [.. other._producers.Select(producer => producer.Copy())];
        other._slots.CopyTo(_slots, 0);
        Received = [.. other.Received];
        (_patience, _head, _tail, _consumerStep, _consumerTaken, _consumerPolls, _read) =
            (other._patience, other._head, other._tail, other._consumerStep, other._consumerTaken, other._consumerPolls, other._read);
    }

    internal int Threads => _producers.Length + 1;

    internal List<int> Received { get; } = [];

    internal RingMachine Copy() => new(this);

    internal bool CanStep(int thread) => thread < _producers.Length ? !_producers[thread].Done : _consumerPolls < _patience;

    internal void Step(int thread)
    {
        if (thread < _producers.Length)
        {
            Step(_producers[thread]);
        }
        else
        {
            StepConsumer();
        }
    }

    /// <summary>What is true in every state, whoever is in the middle of what.</summary>
    internal void Check()
    {
        Assert.InRange(_head - _tail, 0, Capacity);
        Assert.Equal(Received.Count, Received.Distinct().Count());
    }

    /// <summary>After everybody is through: takes what is left, and compares.</summary>
    internal void CheckEnd()
    {
        while (_slots[_tail % Capacity] != 0)
        {
            Received.Add(_slots[_tail % Capacity]);
            _slots[_tail++ % Capacity] = 0;
        }

        Assert.Equal(_head, _tail);
        foreach (Producer producer in _producers)
        {
            // All that it was told is taken, in its order, and nothing else.
            Assert.Equal(producer.Accepted, Received.Where(packet => packet / 100 == producer.Index + 1));
        }

        Assert.Equal(_producers.Sum(producer => producer.Accepted.Count), Received.Count);
    }

    /// <summary>A state in a line: two ways into the same one need to be followed once only.</summary>
    internal string Key() => string.Join(',',
        _head, _tail, _slots[0], _slots[1], _consumerStep, _consumerTaken, _consumerPolls, _read, string.Join(' ', Received), string.Join('|', _producers.Select(producer => producer.Key())));

    private void Step(Producer p)
    {
        switch (p.At)
        {
            case 0: // head = Volatile.Read(Head)
                p.Head = _head;
                p.At = 1;
                break;
            case 1: // free = Capacity - (head - Volatile.Read(Tail)); count = Min(free, length); if (count <= 0) return 0
                p.Count = Math.Min(Capacity - (p.Head - _tail), p.Batch);
                p.At = p.Count <= 0 ? 4 : 2;
                break;
            case 2: // CompareExchange(Head, head + count, head)
                if (_head == p.Head)
                {
                    _head += p.Count;
                    p.Stored = 0;
                    p.At = 3;
                }
                else
                {
                    p.At = 0;
                }

                break;
            case 3: // Volatile.Write(slot, packet), one for each packet
                Assert.Equal(0, _slots[(p.Head + p.Stored) % Capacity]);
                _slots[(p.Head + p.Stored) % Capacity] = p.Take();
                if (++p.Stored == p.Count)
                {
                    p.At = 4;
                }

                break;
        }

        if (p.At == 4)
        {
            p.NextBatch();
        }
    }

    /// <summary>One call takes up to two packets.</summary>
    private void StepConsumer()
    {
        switch (_consumerStep)
        {
            case 0: // packet = Volatile.Read(slot); stop at null
                _read = _slots[(_tail + _consumerTaken) % Capacity];
                _consumerStep = _read == 0 ? 2 : 1;
                break;
            case 1: // slot = 0
                _slots[(_tail + _consumerTaken) % Capacity] = 0;
                Received.Add(_read);
                _consumerTaken++;
                _consumerStep = _consumerTaken == 2 ? 2 : 0;
                break;
            case 2: // Volatile.Write(Tail, tail + taken)
                _tail += _consumerTaken;
                _consumerTaken = 0;
                _consumerStep = 0;
                _consumerPolls++;
                break;
        }
    }

    private sealed class Producer(int index, int[] batches)
    {
        private int _batch;
        private int _next;

        internal int Index { get; } = index;

        internal int At { get; set; }

        internal int Head { get; set; }

        internal int Count { get; set; }

        internal int Stored { get; set; }

        internal List<int> Accepted { get; private init; } = [];

        internal int Batch => batches[_batch];

        internal bool Done => _batch == batches.Length;

        internal int Take()
        {
            int packet = ((Index + 1) * 100) + _next++;
            Accepted.Add(packet);
            return packet;
        }

        internal void NextBatch()
        {
            _batch++;
            At = 0;
        }

        internal Producer Copy() => new(Index, batches) { _batch = _batch, _next = _next, At = At, Head = Head, Count = Count, Stored = Stored, Accepted = [.. Accepted] };

        internal string Key() => $"{_batch} {_next} {At} {Head} {Count} {Stored}";
    }
}
