using System.Numerics;

namespace PollMode.Tests;

/// <summary>What the threads of a <see cref="BoardMachine"/> do: returners bring buffers of two slabs home, the owner harvests.</summary>
internal sealed unsafe class BoardRun : IDisposable
{
    private const int Slabs = 2;

    private readonly HomeBoard _board = new(Slabs, 64);
    private readonly ulong[] _expected = new ulong[Slabs];

    /// <param name="returns">For each returner what it brings home: a slab and buffers, one call of Return each.</param>
    /// <param name="harvests">Calls of Harvest.</param>
    internal BoardRun((int Slab, ulong Buffers)[][] returns, int harvests)
    {
        foreach ((int slab, ulong buffers) in returns.SelectMany(calls => calls))
        {
            _expected[slab] |= buffers;
        }

        Threads =
        [
            .. returns.Select(calls => new BoardThread([.. calls.Select(call => (Action)(() => _board.Return<SteppedWords>(call.Slab, 0, call.Buffers)))], () => string.Empty)),
            Owner(harvests),
        ];
        Last = Owner(harvests + 1);
    }

    /// <summary>The returners, and the owner.</summary>
    internal BoardThread[] Threads { get; }

    /// <summary>The owner, who harvests once more.</summary>
    internal BoardThread Last { get; }

    public void Dispose() => _board.Dispose();

    /// <summary>Whether the owner, as it ran last, has all that was returned, each buffer once.</summary>
    internal bool IsAllHome()
    {
        bool all = _board.Count == _expected.Sum(BitOperations.PopCount);
        for (int slab = 0; slab < Slabs; slab++)
        {
            for (int buffer = 0; buffer < 64; buffer++)
            {
                all &= _board.IsHome(slab, buffer) == ((_expected[slab] >> buffer & 1) != 0);
            }
        }

        return all;
    }

    private BoardThread Owner(int harvests) => new(
        [
            () =>
            {
                // From nothing: what the owner has to itself is as it was at first.
                for (int slab = 0; slab < Slabs; slab++)
                {
                    _board.Detach(slab);
                }
            },
            .. Enumerable.Repeat<Action>(() => _board.Harvest<SteppedWords>(), harvests),
        ],
        AtHome);

    private string AtHome() =>
        $"{_board.Count} {string.Join(' ', Enumerable.Range(0, Slabs * 64).Where(buffer => _board.IsHome(buffer / 64, buffer % 64)))}";
}
