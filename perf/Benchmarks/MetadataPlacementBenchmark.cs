using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace PollMode.Benchmarks;

/// <summary>
/// Where should a packet's 64 bytes of metadata live? In front of its data, as in DPDK and ixy: with buffers of a power of two all
/// headers then fall on the same few cache sets. Coloured: in front, moved by a line more for each buffer. Dense: in an array beside the
/// buffers. Dense-offset: the same, with buffers a line longer than a power of two, so that the frames spread over the sets too. Each operation is what a forwarder does to a packet: write the metadata, swap twelve bytes of the frame, read the metadata.
/// Packets are taken from a ring in order, as a NIC's descriptors are.
/// </summary>
[MemoryDiagnoser(false)]
public unsafe class MetadataPlacementBenchmark
{
    private const int Burst = 64;
    private const int BufferBytes = 2048;

    private byte* _buffers;
    private byte* _metadata;
    private nint[] _data = [];
    private nint[] _headers = [];
    private int _next;

    /// <summary>Buffers in circulation: a burst, a small ring, the rings of a busy worker.</summary>
    [Params(64, 512, 4096)]
    public int Buffers { get; set; }

    [Params("front", "coloured", "dense", "dense-offset")]
    public string Placement { get; set; } = "dense";

    [Params(true, false)]
    public bool TouchFrame { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        bool dense = Placement.StartsWith("dense", StringComparison.Ordinal);
        int stride = Placement == "dense-offset" ? BufferBytes + 64 : BufferBytes;
        _buffers = (byte*)NativeMemory.AlignedAlloc((nuint)(Buffers * stride), 2 << 20);
        _metadata = (byte*)NativeMemory.AlignedAlloc((nuint)(Buffers * 64), 2 << 20);
        NativeMemory.Clear(_buffers, (nuint)(Buffers * stride));
        NativeMemory.Clear(_metadata, (nuint)(Buffers * 64));
        _data = new nint[Buffers];
        _headers = new nint[Buffers];
        for (int i = 0; i < Buffers; i++)
        {
            byte* buffer = _buffers + ((long)i * stride);
            int colour = Placement == "coloured" ? i % 8 * 64 : 0;
            _headers[i] = dense ? (nint)(_metadata + (i * 64L)) : (nint)(buffer + colour);
            _data[i] = (nint)(buffer + (dense ? 128 : 192 + colour));
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        NativeMemory.AlignedFree(_buffers);
        NativeMemory.AlignedFree(_metadata);
    }

    [Benchmark(OperationsPerInvoke = Burst)]
    public long Forward()
    {
        ReadOnlySpan<nint> headers = _headers.AsSpan(_next, Burst);
        ReadOnlySpan<nint> data = _data.AsSpan(_next, Burst);
        for (int i = 0; i < Burst; i++)
        {
            ulong* header = (ulong*)headers[i];
            header[1] = (uint)i;
            header[6] = 0;
        }

        if (TouchFrame)
        {
            for (int i = 0; i < Burst; i++)
            {
                byte* frame = (byte*)data[i];
                ulong low = *(ulong*)frame;
                uint high = *(uint*)(frame + 8);
                *(uint*)frame = (uint)(low >> 48) | (high << 16);
                *(ulong*)(frame + 4) = (high >> 16) | (low << 16);
            }
        }

        long sum = 0;
        for (int i = 0; i < Burst; i++)
        {
            ulong* header = (ulong*)headers[i];
            sum += (long)header[1] + (long)header[2];
        }

        _next = (_next + Burst) % Buffers;
        return sum;
    }
}
