namespace PollMode.Isolation;

/// <summary>The two ways into a data plane of its own: as a library of the app's process, and as a process beside it.</summary>
public static class DataPlane
{
    /// <summary>Name that the library exports its first method by: <c>[UnmanagedCallersOnly(EntryPoint = DataPlane.EntryPoint)]</c>.</summary>
    public const string EntryPoint = "pollmode_define";

    private static volatile DataPlaneServer? _library;

    /// <summary>The data plane of this library.</summary>
    internal static DataPlaneServer Library => _library ?? throw new PollModeException(
        $"The data plane's library defines nothing; call DataPlane.Export in its method that is exported as {EntryPoint}.");

    /// <summary>Says what the data plane of this library consists of: all that the method exported as <see cref="EntryPoint"/> does.</summary>
    public static void Export<TPlane>()
        where TPlane : IDataPlane, new() => _library ??= DataPlaneServer.Of<TPlane>();

    /// <summary>Serves the app that started this process until it is done: all that the program's <c>Main</c> does.</summary>
    /// <param name="arguments">What the program was started with.</param>
    /// <returns>The exit code: 0, or 1 when no app started it.</returns>
    public static int Run<TPlane>(string[] arguments)
        where TPlane : IDataPlane, new()
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Companion.Run(DataPlaneServer.Of<TPlane>(ownProcess: true), arguments);
    }
}
