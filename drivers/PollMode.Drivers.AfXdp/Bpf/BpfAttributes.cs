using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Bpf;

/// <summary><c>union bpf_attr</c> of linux/bpf.h, one struct for each command; offsets as in the kernel's header.</summary>
internal static unsafe class BpfAttributes
{
    /// <summary>Bytes of an object's name, with its terminating zero.</summary>
    internal const int NameBytes = 16;

    /// <summary>BPF_MAP_CREATE.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    internal struct MapCreate
    {
        [FieldOffset(0)] internal uint MapType;
        [FieldOffset(4)] internal uint KeySize;
        [FieldOffset(8)] internal uint ValueSize;
        [FieldOffset(12)] internal uint MaxEntries;
        [FieldOffset(16)] internal uint MapFlags;
        [FieldOffset(28)] internal fixed byte Name[NameBytes];
    }

    /// <summary>BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    internal struct MapElement
    {
        [FieldOffset(0)] internal uint MapFd;
        [FieldOffset(8)] internal ulong Key;
        [FieldOffset(16)] internal ulong Value;
        [FieldOffset(24)] internal ulong Flags;
    }

    /// <summary>BPF_PROG_LOAD.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    internal struct ProgramLoad
    {
        [FieldOffset(0)] internal uint ProgramType;
        [FieldOffset(4)] internal uint InstructionCount;
        [FieldOffset(8)] internal ulong Instructions;
        [FieldOffset(16)] internal ulong License;
        [FieldOffset(24)] internal uint LogLevel;
        [FieldOffset(28)] internal uint LogSize;
        [FieldOffset(32)] internal ulong LogBuffer;
        [FieldOffset(44)] internal uint ProgramFlags;
        [FieldOffset(48)] internal fixed byte Name[NameBytes];
        [FieldOffset(64)] internal uint InterfaceIndex;
        [FieldOffset(68)] internal uint ExpectedAttachType;
    }

    /// <summary>BPF_PROG_TEST_RUN.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    internal struct TestRun
    {
        [FieldOffset(0)] internal uint ProgramFd;
        [FieldOffset(4)] internal uint ReturnValue;
        [FieldOffset(8)] internal uint DataSizeIn;
        [FieldOffset(12)] internal uint DataSizeOut;
        [FieldOffset(16)] internal ulong DataIn;
        [FieldOffset(24)] internal ulong DataOut;
        [FieldOffset(32)] internal uint Repeat;
        [FieldOffset(36)] internal uint DurationNanoseconds;
        [FieldOffset(40)] internal uint ContextSizeIn;
        [FieldOffset(44)] internal uint ContextSizeOut;
        [FieldOffset(48)] internal ulong ContextIn;
        [FieldOffset(56)] internal ulong ContextOut;
        [FieldOffset(64)] internal uint Flags;
        [FieldOffset(68)] internal uint Cpu;
        [FieldOffset(72)] internal uint BatchSize;
    }

    /// <summary>BPF_LINK_CREATE for XDP.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    internal struct LinkCreate
    {
        [FieldOffset(0)] internal uint ProgramFd;
        [FieldOffset(4)] internal uint InterfaceIndex;
        [FieldOffset(8)] internal uint AttachType;
        [FieldOffset(12)] internal uint Flags;
    }

    /// <summary>BPF_LINK_DETACH.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 4)]
    internal struct LinkDetach
    {
        [FieldOffset(0)] internal uint LinkFd;
    }

    /// <summary>BPF_*_GET_FD_BY_ID and BPF_*_GET_NEXT_ID.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 12)]
    internal struct ObjectId
    {
        [FieldOffset(0)] internal uint Id;
        [FieldOffset(4)] internal uint NextId;
        [FieldOffset(8)] internal uint OpenFlags;
    }

    /// <summary>BPF_OBJ_GET_INFO_BY_FD.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    internal struct ObjectInfo
    {
        [FieldOffset(0)] internal uint Fd;
        [FieldOffset(4)] internal uint InfoLength;
        [FieldOffset(8)] internal ulong Info;
    }

    /// <summary>The start of <c>struct bpf_prog_info</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    internal struct ProgramInfo
    {
        [FieldOffset(0)] internal uint Type;
        [FieldOffset(4)] internal uint Id;
        [FieldOffset(64)] internal fixed byte Name[NameBytes];
    }

    /// <summary>The start of <c>struct bpf_map_info</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    internal struct MapInfo
    {
        [FieldOffset(0)] internal uint Type;
        [FieldOffset(4)] internal uint Id;
        [FieldOffset(8)] internal uint KeyBytes;
        [FieldOffset(12)] internal uint ValueBytes;
        [FieldOffset(16)] internal uint MaxEntries;
    }

    /// <summary>The start of <c>struct bpf_link_info</c>, with its XDP part.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    internal struct LinkInfo
    {
        [FieldOffset(0)] internal uint Type;
        [FieldOffset(4)] internal uint Id;
        [FieldOffset(8)] internal uint ProgramId;
        [FieldOffset(16)] internal uint InterfaceIndex;
    }
}
