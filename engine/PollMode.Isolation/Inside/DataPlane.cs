namespace PollMode.Isolation;

/// <summary>
/// The data plane of this library. Its project calls <see cref="Define"/> in a method that is exported as
/// <see cref="EntryPoint"/>, which the app's side calls first.
/// </summary>
public static class DataPlane
{
    /// <summary>Name of the exported method: <c>[UnmanagedCallersOnly(EntryPoint = DataPlane.EntryPoint)]</c>.</summary>
    public const string EntryPoint = "pollmode_define";

    private static volatile Action<DataPlaneBuilder>? _define;

    /// <summary>Says what the data plane consists of. Only keeps it; it is called for each engine that the app makes.</summary>
    /// <param name="define">Adds drivers, stages and taps. What it throws reaches the app as an exception.</param>
    public static void Define(Action<DataPlaneBuilder> define) => _define = define;

    internal static DataPlaneBuilder Build(IReadOnlyDictionary<string, string> settings)
    {
        var builder = new DataPlaneBuilder(settings);
        Action<DataPlaneBuilder> define = _define
            ?? throw new PollModeException($"The data plane's library defines nothing; call DataPlane.Define in its method exported as {EntryPoint}.");
        define(builder);
        return builder;
    }
}
